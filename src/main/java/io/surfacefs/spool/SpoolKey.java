package io.surfacefs.spool;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.CacheKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Namespace;
import io.surfacefs.model.Tenant;

/**
 * What a put is of. Puts of one key are delivered in their order.
 *
 * @param cache whether it is a cache entry, not an artefact or scan manifest
 * @param name the kind, or the namespace of a cache entry
 * @param digest the artefact's digest, or that of the inputs of a cache entry
 */
record SpoolKey(boolean cache, Tenant tenant, String name, Digest digest) {
    static SpoolKey of(ArtefactKey key) {
        return new SpoolKey(false, key.tenant(), key.kind().value(), key.digest());
    }

    static SpoolKey of(CacheKey key) {
        return new SpoolKey(true, key.tenant(), key.namespace().value(), key.inputs());
    }

    ArtefactKey artefact() {
        return new ArtefactKey(tenant, new Kind(name), digest);
    }

    CacheKey cacheEntry() {
        return new CacheKey(tenant, new Namespace(name), digest);
    }

    /** Where a page has it: {@code {kind}/{64 hex}}. */
    String position() {
        return name + "/" + digest.hex();
    }

    /** {@code tenant/kind/sha256:…}, or {@code cache/namespace/tenant/sha256:…}. */
    @Override
    public String toString() {
        return cache ? "cache/" + name + "/" + tenant + "/" + digest : tenant + "/" + name + "/" + digest;
    }
}
