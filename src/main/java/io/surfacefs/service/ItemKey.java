package io.surfacefs.service;

import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import org.jspecify.annotations.Nullable;

/** An artefact of the tenant that a request is about. */
public record ItemKey(Kind kind, Digest digest) {
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ItemKey that && digest.equals(that.digest) && kind.equals(that.kind);
    }

    @Override
    public int hashCode() {
        return 31 * digest.hashCode() + kind.hashCode();
    }
}
