package io.surfacefs.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.github.luben.zstd.ZstdInputStream;
import io.surfacefs.model.ByteRange;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Representation;
import io.surfacefs.model.StoredPayload;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CodecRoundTripTest {
    private static final CodecPool POOL = new CodecPool(2);
    private static final int BLOCK = ZstdFrames.BLOCK;

    @AfterAll
    static void closePool() {
        POOL.close();
    }

    /** Sizes on both sides of every border there is, and some in between. */
    static Stream<Integer> sizes() {
        return Stream.of(
                0,
                1,
                4096,
                IdentityUpload.FIRST - 1,
                IdentityUpload.FIRST,
                IdentityUpload.FIRST + 1,
                IdentityUpload.INLINE - 1,
                IdentityUpload.INLINE,
                IdentityUpload.INLINE + 1,
                BLOCK - 1,
                BLOCK,
                BLOCK + 1,
                2 * BLOCK - 1,
                2 * BLOCK,
                2 * BLOCK + 1,
                7 * BLOCK + 12345,
                33 * BLOCK);
    }

    static Stream<byte[]> payloads() {
        return sizes().flatMap(size -> Stream.of(Payloads.text(size, size), Payloads.noise(size, size)));
    }

    private static byte[] independentlyDecoded(byte[] stored) throws IOException {
        try (ZstdInputStream in = new ZstdInputStream(new ByteArrayInputStream(stored))) {
            return in.readAllBytes();
        }
    }

    /** What a client's zstd makes of it: frames of the given raw size, no table. */
    static byte[] clientFrames(byte[] raw, int frameSize) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < raw.length; at += frameSize) {
            byte[] piece = Arrays.copyOfRange(raw, at, Math.min(raw.length, at + frameSize));
            out.writeBytes(com.github.luben.zstd.Zstd.compress(piece, 3));
        }
        return out.toByteArray();
    }

    @ParameterizedTest
    @MethodSource("payloads")
    void anyZstdReadsWhatIsStoredAndTheFactsAreTrue(byte[] raw) throws IOException {
        MemoryBytes stored = new MemoryBytes();
        EncodedUpload upload = Payloads.encode(POOL, Representation.IDENTITY, raw, stored);
        assertArrayEquals(raw, independentlyDecoded(stored.bytes()));
        assertEquals(
                new EncodedUpload(
                        Hashes.sha256(raw),
                        new StoredPayload(
                                Payloads.JSON,
                                raw.length,
                                stored.size(),
                                Hashes.sha256(stored.bytes()),
                                raw.length > BLOCK)),
                upload);
    }

    @ParameterizedTest
    @MethodSource("payloads")
    void anyRangeEqualsTheSliceOfThePayload(byte[] raw) {
        MemoryBytes stored = new MemoryBytes();
        StoredPayload payload =
                Payloads.encode(POOL, Representation.IDENTITY, raw, stored).payload();
        assertRanges(raw, stored, payload, 60);
    }

    @ParameterizedTest
    @MethodSource("payloads")
    void anyRangeOfFramesWithoutTableEqualsTheSliceOfThePayload(byte[] raw) {
        if (raw.length == 0) {
            return;
        }
        for (int frameSize : new int[] {raw.length, 100_000}) {
            byte[] sent = clientFrames(raw, frameSize);
            MemoryBytes stored = new MemoryBytes();
            EncodedUpload upload = Payloads.encode(POOL, Representation.ZSTD, sent, stored);
            assertArrayEquals(sent, stored.bytes());
            assertEquals(
                    new EncodedUpload(
                            Hashes.sha256(raw),
                            new StoredPayload(Payloads.JSON, raw.length, sent.length, Hashes.sha256(sent), false)),
                    upload);
            assertRanges(raw, stored, upload.payload(), 15);
        }
    }

    private static void assertRanges(byte[] raw, StoredBytes stored, StoredPayload payload, int count) {
        assertArrayEquals(raw, Payloads.read(POOL, stored, payload, ByteRange.whole(raw.length)));
        Random random = new Random(raw.length);
        for (int i = 0; i < count; i++) {
            int from = near(random, raw.length);
            int to = near(random, raw.length);
            ByteRange range = new ByteRange(Math.min(from, to), Math.abs(to - from));
            assertArrayEquals(
                    Arrays.copyOfRange(raw, Math.min(from, to), Math.max(from, to)),
                    Payloads.read(POOL, stored, payload, range),
                    range::toString);
        }
    }

    /** A position anywhere, or within two bytes of a frame's border. */
    private static int near(Random random, int size) {
        if (random.nextBoolean()) {
            return random.nextInt(size + 1);
        }
        int border = random.nextInt(size / BLOCK + 1) * BLOCK + random.nextInt(5) - 2;
        return Math.clamp(border, 0, size);
    }

    @Test
    void whatWasStoredHereIsSeekableWhenItComesBackAsZstd() {
        byte[] raw = Payloads.text(5 * BLOCK + 17, 1);
        MemoryBytes stored = new MemoryBytes();
        EncodedUpload first = Payloads.encode(POOL, Representation.IDENTITY, raw, stored);
        EncodedUpload second = Payloads.encode(POOL, Representation.ZSTD, stored.bytes(), new MemoryBytes());
        assertEquals(first, second);
    }

    @Test
    void verifyingStoredBytesGivesTheFactsOfTheUpload() throws IOException {
        byte[] raw = Payloads.text(3 * BLOCK + 17, 2);
        MemoryBytes stored = new MemoryBytes();
        EncodedUpload upload = Payloads.encode(POOL, Representation.IDENTITY, raw, stored);
        StoredVerifier verifier = new StoredVerifier(POOL);
        assertEquals(upload.payload(), verifier.verify(stored, upload.rawDigest(), Payloads.JSON));
        Digest storedDigest = verifier.storedDigest(stored);
        assertEquals(upload.payload().storedDigest(), storedDigest);
    }
}
