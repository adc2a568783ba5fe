package io.surfacefs.rest;

import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.buffer.impl.BufferImpl;

/** Hands arrays to Vert.x as they are. */
final class Buffers {
    private Buffers() {}

    /** A view of part of an array, which may not change until the buffer has been written. */
    static Buffer wrap(byte[] bytes, int offset, int length) {
        return BufferImpl.buffer(Unpooled.wrappedBuffer(bytes, offset, length));
    }
}
