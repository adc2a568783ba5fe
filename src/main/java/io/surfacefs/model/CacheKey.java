package io.surfacefs.model;

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
}
