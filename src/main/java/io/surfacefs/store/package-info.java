/** The interfaces of the store and their decorators. */
@NullMarked
package io.surfacefs.store;

import org.jspecify.annotations.NullMarked;
