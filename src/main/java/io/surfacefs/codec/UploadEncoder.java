package io.surfacefs.codec;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.Representation;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/**
 * Turns an upload into its stored form in one pass: hashed, checked, compressed (or verified, where the client did
 * that) and counted. Raw bytes become zstd frames of 256 KiB each with a seek table behind them; up to 256 KiB one
 * frame without table.
 *
 * <p>Memory of one running upload, at most: of raw bytes 0.5 MiB for each thread of the pool and 1.5 MiB more, and 8
 * bytes of seek table for each 256 KiB; below 64 KiB raw twice its size and 16 KiB. Of zstd bytes 1.3 MiB and the
 * window of the frame being decoded, up to 8.3 MiB; below 16 KiB of them 80 KiB and the window. A body that comes
 * slowly holds two or three blocks. Safe for any number of threads.
 */
public final class UploadEncoder {
    private final CodecPool pool;
    private final UploadLimits limits;

    /** Encodes on the threads of a pool, within limits. */
    public UploadEncoder(CodecPool pool, UploadLimits limits) {
        this.pool = pool;
        this.limits = limits;
    }

    /**
     * Reads a body to its end and writes its stored form. The calling thread, a virtual one, reads and writes; it waits
     * while zstd and SHA-256 work on the pool. When this throws, what the sink got is of no use.
     *
     * @param body not closed; an exception it throws passes through as it is
     * @param sent the form in which the body comes; zstd is stored as it came
     * @param type the content type, not interpreted
     * @param sink takes the stored form; an exception it throws passes through
     * @param sentDigests digests the bytes as sent must have, by algorithm name as in RFC 9530 ({@code sha-256},
     *     {@code sha-512}; others are ignored), raw bytes
     * @throws SurfaceException {@code PAYLOAD_TOO_LARGE}, {@code MALFORMED_ENCODING}, {@code DIGEST_MISMATCH};
     *     {@code OVERLOADED} when the pool had no time for it
     */
    public EncodedUpload encode(
            InputStream body, Representation sent, MediaType type, StoredSink sink, Map<String, byte[]> sentDigests)
            throws IOException {
        SentDigests digests = new SentDigests(sentDigests);
        return switch (sent) {
            case IDENTITY -> new IdentityUpload(pool, limits, type, sink, digests).run(body);
            case ZSTD ->
                new ZstdPass(pool, CodecPool.Lane.UPLOAD, ErrorCode.MALFORMED_ENCODING, limits, sink, digests)
                        .run(body, type);
        };
    }

    static SurfaceException tooLarge(UploadLimits limits) {
        return new SurfaceException(
                ErrorCode.PAYLOAD_TOO_LARGE,
                "a payload may have " + limits.payloadSize() + " bytes",
                "surface.limits.payload-size sets the limit");
    }
}
