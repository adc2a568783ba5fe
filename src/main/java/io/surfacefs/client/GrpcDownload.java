package io.surfacefs.client;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.surfacefs.grpc.v1.GetPayloadRequest;
import io.surfacefs.grpc.v1.GetPayloadResponse;
import io.surfacefs.grpc.v1.PayloadInfo;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of a payload as a stream that waits for the next only so long. Holds at most two that nobody has read; the
 * service is held back by not asking for more. Read by one thread.
 */
final class GrpcDownload extends InputStream {
    private static final int AHEAD = 2;

    /** A message, or the end of the call. */
    private record Part(
            @Nullable GetPayloadResponse message,
            @Nullable Status status,
            @Nullable Metadata trailers) {}

    private final ClientCall<GetPayloadRequest, GetPayloadResponse> call;
    private final GrpcFailures failures;
    private final BlockingQueue<Part> parts = new LinkedBlockingQueue<>(); // bounded by what is asked for
    private ByteBuffer current = ByteBuffer.allocate(0);
    private boolean ended;

    private GrpcDownload(ClientCall<GetPayloadRequest, GetPayloadResponse> call, GrpcFailures failures) {
        this.call = call;
        this.failures = failures;
    }

    static GrpcDownload start(
            ClientCall<GetPayloadRequest, GetPayloadResponse> call, GetPayloadRequest request, GrpcFailures failures) {
        GrpcDownload download = new GrpcDownload(call, failures);
        call.start(download.new Listener(), new Metadata());
        call.request(AHEAD);
        call.sendMessage(request);
        call.halfClose();
        return download;
    }

    private final class Listener extends ClientCall.Listener<GetPayloadResponse> {
        @Override
        public void onMessage(GetPayloadResponse message) {
            parts.add(new Part(message, null, null));
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            parts.add(new Part(null, status, trailers));
        }
    }

    /** The first message; to be asked for once, before anything is read. */
    PayloadInfo info() throws IOException {
        GetPayloadResponse first = take();
        if (first == null || !first.hasInfo()) {
            close();
            throw new SurfaceException(ErrorCode.INTERNAL, "the service sent a payload without saying what it is");
        }
        return first.getInfo();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        while (!current.hasRemaining()) {
            GetPayloadResponse next = ended ? null : take();
            if (next == null) {
                return -1;
            }
            current = next.getChunk().asReadOnlyByteBuffer();
        }
        int n = Math.min(length, current.remaining());
        current.get(target, offset, n);
        return n;
    }

    private @Nullable GetPayloadResponse take() throws IOException {
        Part part;
        try {
            part = parts.poll(Patience.SILENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        if (part == null) {
            close();
            throw new SurfaceException(
                    ErrorCode.STORE_TIMEOUT,
                    "the service sent nothing for " + Patience.SILENCE.toSeconds() + " seconds");
        }
        if (part.status != null) {
            ended = true;
            if (!part.status.isOk()) {
                throw failures.of(part.status, part.trailers);
            }
            return null;
        }
        call.request(1);
        return part.message;
    }

    /** Lets the call go. */
    @Override
    public void close() {
        if (!ended) {
            ended = true;
            call.cancel("the client gave up", null);
        }
    }
}
