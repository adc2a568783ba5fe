/** The layout of a store: names, order of writes, index, drop markers, sweep; once, for every blob store. */
@NullMarked
package io.surfacefs.store.layout;

import org.jspecify.annotations.NullMarked;
