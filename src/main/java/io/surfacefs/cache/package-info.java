/**
 * The local cache: a bounded copy on this node's disk in front of a remote store. The engine (index, admission,
 * eviction, fill, scrub, recovery) and the decorator that puts it in front of a store.
 */
@NullMarked
package io.surfacefs.cache;

import org.jspecify.annotations.NullMarked;
