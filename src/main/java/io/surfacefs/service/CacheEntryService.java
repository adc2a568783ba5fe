package io.surfacefs.service;

import io.surfacefs.access.TenantAccess;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Namespace;

/** Cache entries: memos of computations, by the digest of their inputs. Thread-safe; methods may block. */
public abstract class CacheEntryService {
    /** Opens the value of an entry, {@code NOT_FOUND} when there is none. The handle must be closed. */
    public abstract PayloadHandle get(TenantAccess access, Namespace namespace, Digest inputs);

    /** Stores a value, taken in by {@link ArtefactService#receive}, over what is there: the last writer wins. */
    public abstract void put(TenantAccess access, Namespace namespace, Digest inputs, ReceivedPayload value);

    /** Deletes an entry, {@code NOT_FOUND} when there is none. */
    public abstract void delete(TenantAccess access, Namespace namespace, Digest inputs);
}
