package io.surfacefs.service;

import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.Representation;
import java.io.InputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A payload on its way in.
 *
 * @param kind what the payload is, null where only the manifest will tell
 * @param declared the digest that the raw bytes must have, or null where none was declared
 * @param contentType as the client said, null where it didn't
 * @param encoding in which form the bytes come
 * @param sentDigests digests that the bytes as sent must have, by algorithm name as in RFC 9530 ({@code sha-256},
 *     {@code sha-512}), raw bytes
 * @param body read once, on the calling thread, to its end; not closed
 */
public record Upload(
        @Nullable Kind kind,
        @Nullable Digest declared,
        @Nullable MediaType contentType,
        Representation encoding,
        Map<String, byte[]> sentDigests,
        InputStream body) {}
