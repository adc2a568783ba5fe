package io.surfacefs.codec;

import io.surfacefs.model.Digest;
import io.surfacefs.model.StoredPayload;

/**
 * What an upload turned out to be, once its last byte was read.
 *
 * @param rawDigest SHA-256 of the raw bytes
 * @param payload the facts of the stored form that went to the sink
 */
public record EncodedUpload(Digest rawDigest, StoredPayload payload) {}
