package io.surfacefs.client;

import io.grpc.ClientCall;
import io.surfacefs.grpc.v1.GetPayloadRequest;
import io.surfacefs.grpc.v1.GetPayloadResponse;
import io.surfacefs.grpc.v1.PayloadInfo;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.wire.Download;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** The chunks of a payload as a stream that waits for the next only so long. Read by one thread. */
final class GrpcDownload extends InputStream {
    private static final int AHEAD = 2;

    private final Download<GetPayloadResponse> messages;
    private ByteBuffer current = ByteBuffer.allocate(0);

    private GrpcDownload(Download<GetPayloadResponse> messages) {
        this.messages = messages;
    }

    static GrpcDownload start(
            ClientCall<GetPayloadRequest, GetPayloadResponse> call, GetPayloadRequest request, GrpcFailures failures) {
        return new GrpcDownload(Download.start(call, request, AHEAD, failures));
    }

    /** The first message; to be asked for once, before anything is read. */
    PayloadInfo info() {
        GetPayloadResponse first = messages.next(Patience.SILENCE);
        if (first == null || !first.hasInfo()) {
            close();
            throw new SurfaceException(ErrorCode.INTERNAL, "the service sent a payload without saying what it is");
        }
        return first.getInfo();
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        while (!current.hasRemaining()) {
            GetPayloadResponse next = messages.next(Patience.SILENCE);
            if (next == null) {
                return -1;
            }
            current = next.getChunk().asReadOnlyByteBuffer();
        }
        int n = Math.min(length, current.remaining());
        current.get(target, offset, n);
        return n;
    }

    /** Lets the call go. */
    @Override
    public void close() {
        messages.close();
    }
}
