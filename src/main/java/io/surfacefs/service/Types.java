package io.surfacefs.service;

import io.surfacefs.model.MediaType;
import io.surfacefs.model.StoredPayload;

/** The rule which content type a payload has. */
final class Types {
    private Types() {}

    static StoredPayload withType(StoredPayload facts, MediaType type) {
        return new StoredPayload(type, facts.rawSize(), facts.storedSize(), facts.storedDigest(), facts.seekable());
    }
}
