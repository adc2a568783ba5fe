/**
 * Between everybody and a store that is far away: how long is waited, what is tried again, and when it is let alone.
 */
@NullMarked
package io.surfacefs.store.faults;

import org.jspecify.annotations.NullMarked;
