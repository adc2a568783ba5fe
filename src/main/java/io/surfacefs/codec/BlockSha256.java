package io.surfacefs.codec;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * SHA-256 (FIPS 180-4) around a function that takes in whole blocks: buffering, padding and length. Not thread-safe;
 * can be cloned.
 */
final class BlockSha256 extends MessageDigest implements Cloneable {
    private static final int BLOCK = 64;
    private static final int LENGTH = 32;
    private static final int[] INITIAL = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
    };

    private final Blocks blocks;
    private int[] state = INITIAL.clone();
    private byte[] pending = new byte[2 * BLOCK];
    private int pendingBytes;
    private long bytes;

    /** The compression function. Thread-safe. */
    interface Blocks {
        /**
         * Takes blocks into the state.
         *
         * @param state eight words
         * @param source holds the blocks
         * @param offset of the first one
         * @param count of blocks of 64 bytes
         */
        void take(int[] state, byte[] source, int offset, int count);
    }

    BlockSha256(Blocks blocks) {
        super("SHA-256");
        this.blocks = blocks;
    }

    @Override
    protected int engineGetDigestLength() {
        return LENGTH;
    }

    @Override
    protected void engineUpdate(byte input) {
        engineUpdate(new byte[] {input}, 0, 1);
    }

    @Override
    protected void engineUpdate(byte[] input, int offset, int length) {
        int from = offset;
        int left = length;
        bytes += length;
        if (pendingBytes > 0) {
            int filled = Math.min(BLOCK - pendingBytes, left);
            System.arraycopy(input, from, pending, pendingBytes, filled);
            pendingBytes += filled;
            from += filled;
            left -= filled;
            if (pendingBytes < BLOCK) {
                return;
            }
            blocks.take(state, pending, 0, 1);
            pendingBytes = 0;
        }
        int whole = left / BLOCK;
        if (whole > 0) {
            blocks.take(state, input, from, whole);
            from += whole * BLOCK;
            left -= whole * BLOCK;
        }
        System.arraycopy(input, from, pending, 0, left);
        pendingBytes = left;
    }

    @Override
    protected byte[] engineDigest() {
        int padded = pendingBytes < BLOCK - Long.BYTES ? BLOCK : 2 * BLOCK;
        pending[pendingBytes] = (byte) 0x80;
        Arrays.fill(pending, pendingBytes + 1, padded - Long.BYTES, (byte) 0);
        ByteBuffer.wrap(pending).putLong(padded - Long.BYTES, bytes * Byte.SIZE);
        blocks.take(state, pending, 0, padded / BLOCK);
        ByteBuffer digest = ByteBuffer.allocate(LENGTH);
        for (int word : state) {
            digest.putInt(word);
        }
        engineReset();
        return digest.array();
    }

    @Override
    protected void engineReset() {
        state = INITIAL.clone();
        pendingBytes = 0;
        bytes = 0;
    }

    @Override
    public Object clone() throws CloneNotSupportedException {
        BlockSha256 copy = (BlockSha256) super.clone();
        copy.state = state.clone();
        copy.pending = pending.clone();
        return copy;
    }
}
