package io.surfacefs.service;

import io.surfacefs.model.Digest;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobSource;
import org.jspecify.annotations.Nullable;

/** A payload that was taken in and verified and waits for its put. One thread at a time. */
public final class ReceivedPayload implements AutoCloseable {
    private final Digest digest;
    private final StoredPayload facts;
    private final boolean typed;
    private final BlobSource content;
    private final Runnable release;
    private boolean closed;

    ReceivedPayload(Digest digest, StoredPayload facts, boolean typed, BlobSource content, Runnable release) {
        this.digest = digest;
        this.facts = facts;
        this.typed = typed;
        this.content = content;
        this.release = release;
    }

    /** SHA-256 of the raw bytes. */
    public Digest digest() {
        return digest;
    }

    /** What its stored form is. */
    public StoredPayload facts() {
        return facts;
    }

    /** For the store; the upload's own content type goes before the manifest's. */
    ArtefactStore.Received received(@Nullable MediaType fromManifest) {
        return new ArtefactStore.Received(
                content, typed || fromManifest == null ? facts : Types.withType(facts, fromManifest));
    }

    /** Gives the intake's room back. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            release.run();
        }
    }
}
