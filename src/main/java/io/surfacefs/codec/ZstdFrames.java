package io.surfacefs.codec;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;

/** The parameters of the frames that are written here, and whole frames in one call. */
final class ZstdFrames {
    /** Raw bytes of a frame that is written here, and of a block that is handed on. */
    static final int BLOCK = 256 << 10;

    /** Chosen by measurement, docs/decisions/0003. */
    static final int LEVEL = 1;

    /** Largest window that is taken, RFC 9659. */
    static final int MAX_WINDOW_LOG = 23;

    /** Length of the arrays that go round: a block, or the most that one can compress to. */
    static final int BLOCK_ARRAY = Math.toIntExact(Zstd.compressBound(BLOCK));

    private ZstdFrames() {}

    /** Compresses into one frame that carries its raw size and a checksum, and gives the frame's length. */
    static int compress(CodecContexts contexts, byte[] raw, int length, byte[] target) {
        return contexts.compressor().compressByteArray(target, 0, target.length, raw, 0, length);
    }

    /**
     * Decodes stored bytes that must give exactly so many raw bytes.
     *
     * @throws SurfaceException {@code CORRUPT_OBJECT} when they don't
     */
    static void decompress(
            CodecContexts contexts, byte[] stored, int offset, int length, byte[] target, int rawLength) {
        int decoded;
        try {
            decoded = contexts.decompressor().decompressByteArray(target, 0, rawLength, stored, offset, length);
        } catch (ZstdException e) {
            if (isOutOfMemory(e)) {
                throw outOfMemory(e);
            }
            throw corrupt("the stored bytes can't be decoded: " + e.getMessage());
        }
        if (decoded != rawLength) {
            throw corrupt("a frame of the stored bytes decodes to another size than said");
        }
    }

    /** Tells our own trouble from that of the bytes. The sign of codes differs between the calls of zstd-jni. */
    static boolean isOutOfMemory(ZstdException e) {
        return Math.abs(e.getErrorCode()) == Zstd.errMemoryAllocation();
    }

    static SurfaceException outOfMemory(ZstdException e) {
        return new SurfaceException(ErrorCode.OVERLOADED, "no memory to decode with", null, e);
    }

    static SurfaceException corrupt(String message) {
        return new SurfaceException(ErrorCode.CORRUPT_OBJECT, message);
    }
}
