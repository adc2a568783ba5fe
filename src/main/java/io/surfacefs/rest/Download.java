package io.surfacefs.rest;

import io.surfacefs.model.ByteRange;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Representation;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.service.PayloadBlocks;
import io.surfacefs.service.PayloadHandle;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Sends the bytes of an open payload whose header stands in the response. The first bytes are read before anything is
 * sent, so that what is broken can still be said; what breaks later cuts the answer short.
 */
final class Download {
    /** Up to here bytes from memory are quicker than the kernel's file transfer. */
    private static final int SMALL = 64 * 1024;

    private final Exchange exchange;
    private final PayloadHandle payload;
    private final ByteRange range;

    /** @param range of the representation, at least a byte */
    Download(Exchange exchange, PayloadHandle payload, ByteRange range) {
        this.exchange = exchange;
        this.payload = payload;
        this.range = range;
    }

    /** Sends the range and waits until the client has it. */
    void send(Representation representation) throws IOException {
        if (representation == Representation.IDENTITY) {
            decoded();
        } else if (range.length() <= SMALL) {
            byte[] bytes = new byte[(int) range.length()];
            stored(range.offset(), bytes, bytes.length);
            exchange.end(bytes, 0, bytes.length);
        } else if (payload.file() == null || !file(payload.file())) {
            stored();
        }
    }

    /** Whether the kernel sent the file; false when it could not be opened, and nothing has been sent. */
    private boolean file(Path file) throws IOException {
        HttpServerResponse response = exchange.response();
        try {
            ResponseStream.await(response.sendFile(file.toString(), range.offset(), range.length()));
        } catch (ClientGone e) {
            if (response.headWritten() || response.closed()) {
                throw e;
            }
            return false;
        }
        if (response.bytesWritten() != range.length()) {
            throw corrupt();
        }
        return true;
    }

    private void stored() throws IOException {
        ResponseStream stream = new ResponseStream(exchange.response());
        byte[] piece = new byte[SMALL];
        for (long at = range.offset(); at < range.end(); ) {
            int n = (int) Math.min(SMALL, range.end() - at);
            stored(at, piece, n);
            stream.write(piece, 0, n, ResponseStream.Stalled.NOTHING);
            stream.drain(ResponseStream.Stalled.NOTHING);
            at += n;
        }
        stream.end();
    }

    private void stored(long from, byte[] target, int length) throws IOException {
        for (int done = 0; done < length; ) {
            int n = payload.readStored(from + done, target, done, length - done);
            if (n < 0) {
                throw corrupt();
            }
            done += n;
        }
    }

    private void decoded() throws IOException {
        try (PayloadBlocks blocks = payload.decoded(range)) {
            ByteBuffer block = blocks.next();
            if (block != null && block.remaining() == range.length() && range.length() <= SMALL) {
                exchange.end(block.array(), block.arrayOffset() + block.position(), block.remaining());
                return;
            }
            ResponseStream stream = new ResponseStream(exchange.response());
            for (; block != null; block = blocks.next()) {
                if (stream.written() + block.remaining() > range.length()) {
                    throw corrupt();
                }
                int from = block.arrayOffset() + block.position();
                stream.write(block.array(), from, block.remaining(), blocks::park);
                stream.drain(blocks::park);
            }
            if (stream.written() != range.length()) {
                throw corrupt();
            }
            stream.end();
        }
    }

    private static SurfaceException corrupt() {
        return new SurfaceException(ErrorCode.CORRUPT_OBJECT, "the stored bytes aren't what they were");
    }
}
