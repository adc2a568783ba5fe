/** The words of the contract as types that can't hold an illegal value. Uses nothing else. */
@NullMarked
package io.surfacefs.model;

import org.jspecify.annotations.NullMarked;
