package io.surfacefs.codec;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Builds zstd bytes by hand, lawful and unlawful ones (RFC 8878). */
final class FrameForge {
    private static final int MAX_BLOCK = 128 << 10;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    byte[] bytes() {
        return out.toByteArray();
    }

    FrameForge add(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    FrameForge number(long value, int length) {
        for (int i = 0; i < length; i++) {
            out.write((int) (value >>> (8 * i)));
        }
        return this;
    }

    /** What a client's zstd makes of these bytes, with a checksum. */
    FrameForge frame(byte[] raw) {
        byte[] target = new byte[(int) Zstd.compressBound(raw.length)];
        int n = (int) Zstd.compressByteArray(target, 0, target.length, raw, 0, raw.length, 3, true);
        return add(Arrays.copyOf(target, n));
    }

    /** The same without a checksum. */
    FrameForge frameWithoutChecksum(byte[] raw) {
        return add(Zstd.compress(raw, 3));
    }

    FrameForge skippable(int variant, byte[] content) {
        return number(0x184D2A50 + variant, 4).number(content.length, 4).add(content);
    }

    /**
     * A frame header of every field: descriptor as given, window byte, dictionary id and content size where it says so.
     */
    FrameForge header(int descriptor, int windowByte, long dictionaryId, long contentSize) {
        number(0xFD2FB528L, 4).number(descriptor, 1);
        boolean single = (descriptor & 0x20) != 0;
        if (!single) {
            number(windowByte, 1);
        }
        number(dictionaryId, new int[] {0, 1, 2, 4}[descriptor & 3]);
        int flag = (descriptor >>> 6) & 3;
        return number(flag == 1 ? contentSize - 256 : contentSize, new int[] {single ? 1 : 0, 2, 4, 8}[flag]);
    }

    /** A block that repeats one byte. */
    FrameForge repeat(int value, int times, boolean last) {
        return number((last ? 1 : 0) | (1 << 1) | ((long) times << 3), 3).number(value, 1);
    }

    /** A block of bytes as they are. */
    FrameForge plain(byte[] raw, boolean last) {
        return number((last ? 1 : 0) | ((long) raw.length << 3), 3).add(raw);
    }

    /** A frame of so many bytes, all the same, in 4 bytes for each 128 KiB; no size in its header. */
    FrameForge bomb(long size) {
        header(0, 13 << 3, 0, 0);
        for (long left = size; left > 0; left -= MAX_BLOCK) {
            repeat('b', (int) Math.min(MAX_BLOCK, left), left <= MAX_BLOCK);
        }
        return this;
    }

    /** A seek table of stored size, raw size and, when the descriptor says so, checksum. */
    FrameForge table(int descriptor, long[]... entries) {
        return table(descriptor, entries.length, SeekTable.MAGIC, entries);
    }

    FrameForge table(int descriptor, long count, int magic, long[]... entries) {
        FrameForge content = new FrameForge();
        for (long[] entry : entries) {
            for (long number : entry) {
                content.number(number, 4);
            }
        }
        content.number(count, 4).number(descriptor, 1).number(magic & 0xFFFFFFFFL, 4);
        return skippable(0xE, content.bytes());
    }
}
