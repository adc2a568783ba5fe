package io.surfacefs.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.surfacefs.grpc.v1.PayloadInfo;
import io.surfacefs.model.ByteRange;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Representation;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.service.HotObject;
import io.surfacefs.service.PayloadBlocks;
import io.surfacefs.service.PayloadHandle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Sends a payload, or a part of it, as one info and then chunks, as fast as its reader takes them. For one thread, a
 * virtual one.
 */
final class PayloadSender<R> {
    /** Bytes of a chunk: above, messages gain little speed (measured) and a slow reader costs more. */
    private static final int CHUNK = 256 << 10;

    /** From then on a reader counts as stalled, and what only speed needs is given back. */
    private static final Duration HESITATION = Duration.ofMillis(200);

    /** Makes messages of the call's own kind. */
    interface Parts<R> {
        R info(PayloadInfo info);

        R chunk(ByteString chunk);
    }

    private final Outbox<R> outbox;
    private final Parts<R> parts;
    private final Representation representation;
    private final long offset;
    private final long limit;

    /**
     * @param offset first byte in that representation
     * @param limit most bytes in that representation, 0 for all
     */
    PayloadSender(Outbox<R> outbox, Parts<R> parts, Representation representation, long offset, long limit) {
        this.outbox = outbox;
        this.parts = parts;
        this.representation = representation;
        this.offset = offset;
        this.limit = limit;
    }

    /** Sends from memory; false when the payload has just gone from there, and nothing was sent. */
    boolean send(HotObject payload) {
        StoredPayload facts = payload.stored();
        byte[] body = facts == null ? null : payload.copy();
        if (facts == null || body == null) {
            return false;
        }
        ByteRange range = Requests.range(offset, limit, body.length);
        outbox.send(parts.info(Answers.info(payload.digest(), representation, facts)));
        wrapped(body, (int) range.offset(), (int) range.length());
        return true;
    }

    /** Sends from an open payload, which is left open. */
    void send(PayloadHandle payload) throws IOException {
        StoredPayload facts = payload.facts();
        long total = representation == Representation.ZSTD ? facts.storedSize() : facts.rawSize();
        ByteRange range = Requests.range(offset, limit, total);
        outbox.send(parts.info(Answers.info(payload.digest(), representation, facts)));
        if (range.length() == 0) {
            return;
        }
        if (representation == Representation.ZSTD) {
            stored(payload, range);
        } else {
            decoded(payload, range);
        }
    }

    private void stored(PayloadHandle payload, ByteRange range) throws IOException {
        payload.expectStored(range);
        byte[] buffer = null;
        for (long at = range.offset(); at < range.end(); ) {
            if (!outbox.awaitReady(HESITATION)) {
                buffer = null;
                outbox.awaitReady();
            }
            if (buffer == null) {
                buffer = new byte[(int) Math.min(CHUNK, range.length())];
            }
            int n = payload.readStored(at, buffer, 0, (int) Math.min(buffer.length, range.end() - at));
            if (n < 0) {
                throw new SurfaceException(ErrorCode.CORRUPT_OBJECT, "the stored bytes end too early");
            }
            wrapped(buffer, 0, n);
            at += n;
        }
    }

    private void decoded(PayloadHandle payload, ByteRange range) throws IOException {
        try (PayloadBlocks blocks = payload.decoded(range)) {
            while (true) {
                if (!outbox.awaitReady(HESITATION)) {
                    blocks.park();
                    outbox.awaitReady();
                }
                ByteBuffer block = blocks.next();
                if (block == null) {
                    return;
                }
                wrapped(block.array(), block.arrayOffset() + block.position(), block.remaining());
            }
        }
    }

    /**
     * The array may be written to again afterwards: the transport copies a message into its own buffers as it takes it.
     */
    private void wrapped(byte[] bytes, int from, int length) {
        for (int done = 0; done < length; ) {
            int n = Math.min(CHUNK, length - done);
            outbox.send(parts.chunk(UnsafeByteOperations.unsafeWrap(bytes, from + done, n)));
            done += n;
        }
    }
}
