/**
 * The words of the contract as types that can't hold an illegal value. Uses nothing else.
 *
 * <p>Records here write their own {@code equals} and {@code hashCode}: the generated ones are interpreted method by
 * method in a native image, which made up three quarters of the time of a hot read.
 */
@NullMarked
package io.surfacefs.model;

import org.jspecify.annotations.NullMarked;
