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
    private final BlockSlots slots;

    /** @param range of the representation, at least a byte */
    Download(Exchange exchange, PayloadHandle payload, ByteRange range, BlockSlots slots) {
        this.slots = slots;
        this.exchange = exchange;
        this.payload = payload;
        this.range = range;
    }

    /** Sends the range and waits until the client has it. */
    void send(Representation representation) throws IOException {
        byte[] all = payload.all();
        if (all != null) {
            exchange.end(all, (int) range.offset(), (int) range.length());
        } else if (representation == Representation.IDENTITY) {
            decoded();
        } else if (range.length() <= SMALL) {
            payload.expectStored(range);
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
        // Over TLS a file passes through piece by piece, and the response counts as ended from the first.
        Runnable letGo = ConnectionWatch.hold(exchange.request());
        try {
            ResponseStream.await(response.sendFile(file.toString(), range.offset(), range.length()));
        } catch (ClientGone e) {
            if (response.headWritten() || response.closed()) {
                throw e;
            }
            return false;
        } finally {
            letGo.run();
        }
        if (response.bytesWritten() != range.length()) {
            throw corrupt();
        }
        return true;
    }

    private void stored() throws IOException {
        payload.expectStored(range);
        ResponseStream stream = new ResponseStream(exchange.response());
        byte[] piece = new byte[SMALL];
        for (long at = range.offset(); at < range.end(); ) {
            int n = (int) Math.min(SMALL, range.end() - at);
            stored(at, piece, n);
            stream.write(piece, 0, n, ResponseStream.Stalled.NOTHING);
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
        if (range.length() <= SMALL) {
            try (PayloadBlocks blocks = payload.decoded(range)) {
                whole(blocks);
            }
            return;
        }
        ResponseStream stream = new ResponseStream(exchange.response());
        if (payload.facts().seekable()) {
            for (long at = range.offset(); at < range.end(); ) {
                at += untilStalled(at, stream);
                stream.drain(ResponseStream.Stalled.NOTHING);
            }
        } else {
            fromTheBeginning(stream);
        }
        stream.end();
    }

    /**
     * Sends from a position of the raw bytes to the end of the range, or until the client stands still: while it does,
     * nothing but what is on its way is held for it, since a seek table makes the rest cheap to get again.
     *
     * @return how many bytes were handed over
     */
    private long untilStalled(long from, ResponseStream stream) throws IOException {
        long at = from;
        slots.take();
        try (PayloadBlocks blocks = payload.decoded(new ByteRange(from, range.end() - from))) {
            while (at < range.end()) {
                ByteBuffer block = next(blocks, stream);
                int length = block.remaining();
                int offset = block.arrayOffset() + block.position();
                int sent = stream.offer(block.array(), offset, length, blocks::park, slots::patience);
                at += sent;
                blocks.recycle();
                if (sent < length) {
                    return at - from;
                }
                if (!slots.fewTaken()) {
                    blocks.park();
                }
            }
            return at - from;
        } finally {
            slots.giveBack();
        }
    }

    /** Without a seek table what was given back would have to be decoded from the beginning, so a block is kept. */
    private void fromTheBeginning(ResponseStream stream) throws IOException {
        try (PayloadBlocks blocks = payload.decoded(range)) {
            while (stream.written() < range.length()) {
                ByteBuffer block = next(blocks, stream);
                int offset = block.arrayOffset() + block.position();
                stream.write(block.array(), offset, block.remaining(), blocks::park);
                blocks.recycle();
            }
        }
    }

    private ByteBuffer next(PayloadBlocks blocks, ResponseStream stream) throws IOException {
        ByteBuffer block = blocks.next();
        if (block == null || stream.written() + block.remaining() > range.length()) {
            throw corrupt();
        }
        return block;
    }

    /** Sends a small range at once. */
    private void whole(PayloadBlocks blocks) throws IOException {
        ByteBuffer block = blocks.next();
        if (block == null) {
            throw corrupt();
        }
        if (block.remaining() == range.length()) {
            exchange.end(block.array(), block.arrayOffset() + block.position(), block.remaining());
            return;
        }
        byte[] bytes = new byte[(int) range.length()];
        int done = 0;
        for (; block != null && block.remaining() <= bytes.length - done; block = blocks.next()) {
            int n = block.remaining();
            block.get(bytes, done, n);
            done += n;
        }
        if (block != null || done != bytes.length) {
            throw corrupt();
        }
        exchange.end(bytes, 0, done);
    }

    private static SurfaceException corrupt() {
        return new SurfaceException(ErrorCode.CORRUPT_OBJECT, "the stored bytes aren't what they were");
    }
}
