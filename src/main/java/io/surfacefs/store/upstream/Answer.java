package io.surfacefs.store.upstream;

import com.google.protobuf.ByteString;
import io.surfacefs.grpc.v1.Encoding;
import io.surfacefs.grpc.v1.PayloadInfo;
import io.surfacefs.model.Digest;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.StoreFault;
import io.surfacefs.wire.Download;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One answer that brings stored bytes: what they are, and then exactly as many of them as were asked for. Read by one
 * thread; closed by any.
 */
final class Answer<A> implements AutoCloseable {
    private final Question<A> question;
    private final Download<A> messages;
    private final UpstreamSettings.Limits limits;
    private final Digest raw;
    private final StoredPayload facts;
    private long left;
    private ByteBuffer current = ByteBuffer.allocate(0);

    private Answer(
            Question<A> question,
            Download<A> messages,
            UpstreamSettings.Limits limits,
            PayloadInfo info,
            long offset,
            long limit) {
        this.question = question;
        this.messages = messages;
        this.limits = limits;
        try {
            this.raw = Digest.parse(info.getDigest());
            this.facts = new StoredPayload(
                    new MediaType(info.getContentType()),
                    info.getRawSize(),
                    info.getStoredSize(),
                    Digest.parse(info.getSha256()),
                    info.getSeekable());
        } catch (SurfaceException e) {
            throw UpstreamFaults.strange(e);
        }
        if (info.getEncoding() != Encoding.ZSTD
                || facts.rawSize() < 0
                || facts.storedSize() < offset
                || facts.storedSize() != info.getTotalSize()) {
            throw UpstreamFaults.strange(null);
        }
        long rest = facts.storedSize() - offset;
        this.left = limit == 0 ? rest : Math.min(limit, rest);
    }

    /**
     * Asks, and waits for the answer to begin.
     *
     * @param limit at most so many bytes; 0 is to the end
     */
    static <A> Answer<A> to(Question<A> question, UpstreamSettings.Limits limits, long offset, long limit) {
        Download<A> messages = question.ask(offset, limit);
        boolean given = false;
        try {
            A first = messages.next(limits.attempt());
            PayloadInfo info = first == null ? null : question.info(first);
            if (info == null) {
                throw UpstreamFaults.strange(null);
            }
            Answer<A> answer = new Answer<>(question, messages, limits, info, offset, limit);
            given = true;
            return answer;
        } finally {
            if (!given) {
                messages.close();
            }
        }
    }

    /** Digest of the raw bytes. */
    Digest raw() {
        return raw;
    }

    StoredPayload facts() {
        return facts;
    }

    /** How many bytes are still to come. */
    long left() {
        return left;
    }

    /**
     * Reads on.
     *
     * @return bytes read, at least 1
     * @throws StoreFault when there are fewer or more than there should be, or they don't come
     */
    int read(byte[] target, int offset, int length) {
        while (!current.hasRemaining()) {
            current = chunk();
        }
        int n = (int) Math.min(left, Math.min(length, current.remaining()));
        current.get(target, offset, n);
        left -= n;
        if (left == 0 && (current.hasRemaining() || messages.next(limits.attempt()) != null)) {
            throw UpstreamFaults.strange(null);
        }
        return n;
    }

    private ByteBuffer chunk() {
        A next = messages.next(limits.attempt());
        if (next == null) {
            throw new StoreFault(StoreFault.Reason.PARTIAL_BODY, null, null);
        }
        @Nullable ByteString chunk = question.chunk(next);
        if (chunk == null) {
            throw UpstreamFaults.strange(null);
        }
        return chunk.asReadOnlyByteBuffer();
    }

    @Override
    public void close() {
        messages.close();
    }
}
