package io.surfacefs.model;

import org.jspecify.annotations.Nullable;

/**
 * Names one cache entry, a memo of a computation.
 *
 * @param inputs SHA-256 of the inputs of the computation, not of the value
 */
public record CacheKey(Tenant tenant, Namespace namespace, Digest inputs) {
    @Override
    public String toString() {
        return namespace + "/" + tenant + "/" + inputs.hex();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CacheKey that
                && inputs.equals(that.inputs)
                && tenant.equals(that.tenant)
                && namespace.equals(that.namespace);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * inputs.hashCode() + tenant.hashCode()) + namespace.hashCode();
    }
}
