package io.surfacefs.cache;

import io.surfacefs.model.Tenant;

/**
 * An object to be entered into the ledger.
 *
 * @param size bytes of its file
 * @param expires epoch second from which it may be dropped, 0 for never
 * @param inserted epoch milliseconds
 * @param fresh when it was last known to be current, in ticks; 0 for not known
 * @param verified whether this process has checked its bytes
 */
record Item(NameHash hash, Tenant tenant, long size, int expires, long inserted, int fresh, boolean verified) {}
