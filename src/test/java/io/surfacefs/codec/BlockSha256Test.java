package io.surfacefs.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The part of the image's SHA-256 that is Java, around a compression function written straight from FIPS 180-4. */
class BlockSha256Test {
    @Test
    void everyLengthAroundABlockGivesTheDigestOfTheJdk() throws Exception {
        Random random = new Random(1);
        MessageDigest ours = new BlockSha256(BlockSha256Test::compress);
        for (int length = 0; length < 300; length++) {
            byte[] bytes = bytes(random, length);
            assertArrayEquals(
                    MessageDigest.getInstance("SHA-256").digest(bytes), ours.digest(bytes), "length " + length);
        }
    }

    @Test
    void piecesOfAnySizeAndKindGiveTheDigestOfTheWhole() throws Exception {
        Random random = new Random(2);
        for (int round = 0; round < 200; round++) {
            byte[] bytes = bytes(random, random.nextInt(2000));
            MessageDigest ours = new BlockSha256(BlockSha256Test::compress);
            int at = 0;
            while (at < bytes.length) {
                int piece = Math.min(bytes.length - at, 1 + random.nextInt(200));
                switch (random.nextInt(4)) {
                    case 0 -> ours.update(ByteBuffer.wrap(bytes, at, piece));
                    case 1 ->
                        ours.update(ByteBuffer.allocateDirect(piece)
                                .put(bytes, at, piece)
                                .flip());
                    case 2 -> {
                        ours.update(bytes[at]);
                        piece = 1;
                    }
                    default -> ours.update(bytes, at, piece);
                }
                at += piece;
            }
            assertArrayEquals(MessageDigest.getInstance("SHA-256").digest(bytes), ours.digest());
        }
    }

    @Test
    void aCopyGoesItsOwnWay() throws Exception {
        MessageDigest ours = new BlockSha256(BlockSha256Test::compress);
        ours.update(new byte[100]);
        MessageDigest copy = (MessageDigest) ours.clone();
        ours.update((byte) 1);
        copy.update((byte) 2);
        byte[] first = ours.digest();
        byte[] expected = Arrays.copyOf(new byte[100], 101);
        expected[100] = 2;
        assertArrayEquals(MessageDigest.getInstance("SHA-256").digest(expected), copy.digest());
        expected[100] = 1;
        assertArrayEquals(MessageDigest.getInstance("SHA-256").digest(expected), first);
    }

    @Test
    void theJvmKeepsToItsOwn() {
        assertFalse(ImageSha256.usable());
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** FIPS 180-4, 6.2.2; the constants are the fractions of the cube roots of the first 64 primes, 4.2.2. */
    private static void compress(int[] state, byte[] source, int offset, int count) {
        for (int block = 0; block < count; block++) {
            int[] w = new int[64];
            for (int t = 0; t < 64; t++) {
                w[t] = t < 16
                        ? ByteBuffer.wrap(source).getInt(offset + 64 * block + 4 * t)
                        : (rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ (w[t - 2] >>> 10))
                                + w[t - 7]
                                + (rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ (w[t - 15] >>> 3))
                                + w[t - 16];
            }
            int[] v = state.clone();
            int prime = 1;
            for (int t = 0; t < 64; t++) {
                prime = nextPrime(prime);
                int choose = (v[4] & v[5]) ^ (~v[4] & v[6]);
                int one = v[7]
                        + (rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25))
                        + choose
                        + constant(prime)
                        + w[t];
                int majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
                int two = (rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)) + majority;
                System.arraycopy(v, 0, v, 1, 7);
                v[4] += one;
                v[0] = one + two;
            }
            Arrays.setAll(v, i -> v[i] + state[i]);
            System.arraycopy(v, 0, state, 0, 8);
        }
    }

    private static int rotate(int word, int by) {
        return Integer.rotateRight(word, by);
    }

    private static int constant(int prime) {
        double root = Math.cbrt(prime);
        return (int) (long) ((root - Math.floor(root)) * (1L << 32));
    }

    private static int nextPrime(int after) {
        int candidate = after + 1;
        while (divides(candidate)) {
            candidate++;
        }
        return candidate;
    }

    private static boolean divides(int candidate) {
        for (int divisor = 2; divisor * divisor <= candidate; divisor++) {
            if (candidate % divisor == 0) {
                return true;
            }
        }
        return false;
    }
}
