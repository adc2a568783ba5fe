package io.surfacefs.codec;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import org.jspecify.annotations.Nullable;

/** One compressor and one decompressor for whole frames, made when first asked for. One thread at a time. */
final class CodecContexts implements AutoCloseable {
    private @Nullable ZstdCompressCtx compressor;
    private @Nullable ZstdDecompressCtx decompressor;

    ZstdCompressCtx compressor() {
        if (compressor == null) {
            compressor = new ZstdCompressCtx()
                    .setLevel(ZstdFrames.LEVEL)
                    .setChecksum(true)
                    .setContentSize(true);
        }
        return compressor;
    }

    ZstdDecompressCtx decompressor() {
        if (decompressor == null) {
            decompressor = new ZstdDecompressCtx();
        }
        return decompressor;
    }

    @Override
    public void close() {
        if (compressor != null) {
            compressor.close();
            compressor = null;
        }
        if (decompressor != null) {
            decompressor.close();
            decompressor = null;
        }
    }
}
