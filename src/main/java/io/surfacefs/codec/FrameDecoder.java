package io.surfacefs.codec;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.nio.ByteBuffer;

/**
 * Decodes a stream of zstd and skippable frames piece by piece, and refuses what a store must not hold: windows above 8
 * MiB, dictionaries, anything that is no frame. Holds native memory, at most a window of 8 MiB and 0.3 MiB, until
 * closed. One thread at a time.
 */
final class FrameDecoder implements AutoCloseable {
    private enum State {
        HEADER,
        FRAME,
        SKIPPABLE
    }

    private final ErrorCode fault;
    private final FrameListener listener;
    private final ZstdDecompressCtx context;
    private final Runnable onClose;
    private final byte[] head = new byte[FrameHeader.MAX_LENGTH];
    private State state = State.HEADER;
    private int headLength;
    private int headDecoded;
    private FrameHeader header = new FrameHeader(0, 0, 0, 0, false, false);
    private long frameStored;
    private long frameRaw;
    private int lastBytes;
    private byte[] input = head;
    private int at;
    private int end;
    private boolean targetWasFull;
    private boolean closed;

    /**
     * @param fault the code of what is wrong with the stream
     * @param listener is told of the frames
     * @param onClose runs when it was closed
     */
    FrameDecoder(ErrorCode fault, FrameListener listener, Runnable onClose) {
        this.fault = fault;
        this.listener = listener;
        this.onClose = onClose;
        this.context = new ZstdDecompressCtx().setLongMax(ZstdFrames.MAX_WINDOW_LOG);
    }

    /** {@return whether all input was taken and all that it decodes to was given} */
    boolean hungry() {
        return at == end && !targetWasFull;
    }

    /** {@return whether the stream may end here} */
    boolean atBoundary() {
        return state == State.HEADER && headLength == 0;
    }

    /** Gives the next input, when {@link #hungry}; the array must stay as it is until it is hungry again. */
    void feed(byte[] bytes, int offset, int length) {
        input = bytes;
        at = offset;
        end = offset + length;
    }

    /**
     * Decodes until the target is full or the input used up.
     *
     * @return bytes written
     * @throws SurfaceException when the stream is not what may be stored
     */
    int decode(byte[] target, int offset, int length) {
        int to = offset;
        int limit = offset + length;
        boolean progress = true;
        while (progress && to < limit) {
            progress = switch (state) {
                case HEADER -> header();
                case SKIPPABLE -> skip();
                case FRAME -> {
                    if (at == end && headDecoded == headLength && !targetWasFull) {
                        yield false;
                    }
                    int before = to;
                    int inputBefore = at + headDecoded;
                    to += frame(target, to, limit - to);
                    yield to > before || at + headDecoded > inputBefore || state == State.HEADER;
                }
            };
        }
        targetWasFull = to == limit && state == State.FRAME;
        return to - offset;
    }

    private boolean header() {
        while (at < end) {
            head[headLength++] = input[at++];
            if (headLength < FrameHeader.PREFIX) {
                continue;
            }
            int length = FrameHeader.lengthOf(head);
            if (length < 0) {
                throw refuse("no zstd frame where one should begin");
            }
            if (headLength == length) {
                begin();
                return true;
            }
        }
        return false;
    }

    private void begin() {
        FrameHeader read = FrameHeader.parse(head);
        if (read == null) {
            throw refuse("a zstd frame with reserved bits set");
        }
        if (read.dictionary()) {
            throw refuse("a zstd frame that wants a dictionary");
        }
        if (read.windowSize() > 1L << ZstdFrames.MAX_WINDOW_LOG) {
            throw refuse("a zstd frame with a window above 8 MiB");
        }
        header = read;
        listener.begin(read);
        frameStored = headLength;
        frameRaw = 0;
        lastBytes = 0;
        if (read.skippable()) {
            state = State.SKIPPABLE;
            if (read.contentSize() == 0) {
                endFrame();
            }
        } else {
            state = State.FRAME;
            headDecoded = 0;
        }
    }

    private boolean skip() {
        int length = (int) Math.min(end - at, header.length() + header.contentSize() - frameStored);
        listener.skipped(input, at, length);
        at += length;
        frameStored += length;
        if (frameStored == header.length() + header.contentSize()) {
            endFrame();
            return true;
        }
        return false;
    }

    private int frame(byte[] target, int offset, int length) {
        boolean fromHead = headDecoded < headLength;
        ByteBuffer source = fromHead
                ? ByteBuffer.wrap(head, headDecoded, headLength - headDecoded)
                : ByteBuffer.wrap(input, at, end - at);
        ByteBuffer sink = ByteBuffer.wrap(target, offset, length);
        boolean ended;
        try {
            ended = context.decompressByteBufferStream(sink, source);
        } catch (ZstdException e) {
            if (ZstdFrames.isOutOfMemory(e)) {
                throw ZstdFrames.outOfMemory(e);
            }
            throw refuse("zstd: " + e.getMessage());
        }
        if (fromHead) {
            headDecoded = source.position();
        } else {
            remember(at, source.position());
            frameStored += source.position() - at;
            at = source.position();
        }
        int decoded = sink.position() - offset;
        frameRaw += decoded;
        if (ended && !fromHead) {
            if (header.contentSize() >= 0 && header.contentSize() != frameRaw) {
                throw refuse("a zstd frame that decodes to another size than it says");
            }
            endFrame();
        }
        return decoded;
    }

    private void remember(int from, int to) {
        for (int i = Math.max(from, to - Integer.BYTES); i < to; i++) {
            lastBytes = (lastBytes >>> 8) | ((input[i] & 0xFF) << 24);
        }
    }

    private void endFrame() {
        state = State.HEADER;
        headLength = 0;
        headDecoded = 0;
        listener.end(header, frameStored, frameRaw, lastBytes);
    }

    private SurfaceException refuse(String message) {
        return new SurfaceException(
                fault,
                message,
                fault == ErrorCode.MALFORMED_ENCODING
                        ? "zstd frames with windows up to 8 MiB, without dictionary, and nothing else"
                        : null);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            context.close();
            onClose.run();
        }
    }
}
