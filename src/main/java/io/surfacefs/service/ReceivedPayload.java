package io.surfacefs.service;

import io.surfacefs.model.Digest;
import io.surfacefs.model.StoredPayload;

/** A payload that was taken in and verified and waits for its put. One thread at a time. */
public final class ReceivedPayload implements AutoCloseable {
    private final Digest digest;
    private final StoredPayload facts;

    ReceivedPayload(Digest digest, StoredPayload facts) {
        this.digest = digest;
        this.facts = facts;
    }

    /** SHA-256 of the raw bytes. */
    public Digest digest() {
        return digest;
    }

    /** What its stored form is. */
    public StoredPayload facts() {
        return facts;
    }

    /** Gives the intake's room back. */
    @Override
    public void close() {}
}
