package io.surfacefs.grpc;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Holds an upload stream to its form, one header and then chunks, and passes the chunks on. Called on the network's
 * threads, never blocks.
 */
final class UploadReceiver<M, H> implements StreamObserver<M> {
    /** Takes messages apart. */
    interface Parts<M, H> {
        @Nullable H header(M message);

        @Nullable ByteString chunk(M message);
    }

    private final Parts<M, H> parts;
    private final UploadBody body;
    private final Consumer<H> start;
    private final Consumer<SurfaceException> refuse;
    private boolean started;
    private boolean refused;

    /**
     * @param start starts the work, which then ends the call
     * @param refuse ends the call before the work was started
     */
    UploadReceiver(Parts<M, H> parts, UploadBody body, Consumer<H> start, Consumer<SurfaceException> refuse) {
        this.parts = parts;
        this.body = body;
        this.start = start;
        this.refuse = refuse;
    }

    @Override
    public void onNext(M message) {
        H header = parts.header(message);
        ByteString chunk = parts.chunk(message);
        if (header == null && chunk == null) {
            fail("a message without header and chunk");
        } else if (header != null && started) {
            fail("a second header");
        } else if (header != null && !refused) {
            started = true;
            start.accept(header);
            body.wantFirst();
        } else if (chunk != null && !started) {
            fail("a chunk before the header");
        } else if (chunk != null) {
            body.add(chunk);
        }
    }

    @Override
    public void onCompleted() {
        if (started) {
            body.end();
        } else {
            fail("an empty upload stream");
        }
    }

    @Override
    public void onError(Throwable failure) {
        gone();
    }

    /** The client has gone. */
    void gone() {
        body.fail(new CallGone("cancelled"));
    }

    private void fail(String what) {
        SurfaceException failure =
                new SurfaceException(ErrorCode.INVALID_ARGUMENT, what, "an upload is one header and then chunks");
        if (started) {
            body.fail(failure);
        } else if (!refused) {
            refused = true;
            refuse.accept(failure);
        }
    }
}
