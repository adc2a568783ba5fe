package io.surfacefs.access;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.CacheKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Namespace;
import io.surfacefs.model.Tenant;

/**
 * Leave for one caller to do one kind of thing for one tenant. Every method of the service room takes one and makes its
 * keys from it, so a request can't reach another tenant's keys by any parameter. Only {@link Access#admit} makes one.
 * Immutable.
 */
public final class TenantAccess {
    private final Caller caller;
    private final Tenant tenant;
    private final Right right;

    TenantAccess(Caller caller, Tenant tenant, Right right) {
        this.caller = caller;
        this.tenant = tenant;
        this.right = right;
    }

    public Caller caller() {
        return caller;
    }

    public Tenant tenant() {
        return tenant;
    }

    public Right right() {
        return right;
    }

    /** A key of this tenant. */
    public ArtefactKey key(Kind kind, Digest digest) {
        return new ArtefactKey(tenant, kind, digest);
    }

    /** The key of a cache entry of this tenant. */
    public CacheKey cacheKey(Namespace namespace, Digest inputs) {
        return new CacheKey(tenant, namespace, inputs);
    }
}
