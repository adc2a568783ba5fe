package io.surfacefs.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.surfacefs.model.ByteRange;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Representation;
import io.surfacefs.model.SurfaceException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ZstdUploadTest {
    private static final CodecPool POOL = new CodecPool(2);
    private static final int SINGLE_SEGMENT = 0x20;
    private static final int CHECKSUM = 0x04;
    private static final byte[] HELLO = "hello".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    @AfterAll
    static void closePool() {
        POOL.close();
    }

    @AfterEach
    void noDecoderStaysOpen() {
        assertEquals(0, POOL.openDecoders());
    }

    private static FrameForge forge() {
        return new FrameForge();
    }

    private static ErrorCode refusal(UploadLimits limits, byte[] sent) {
        return assertThrows(
                        SurfaceException.class,
                        () -> Payloads.encode(POOL, limits, Representation.ZSTD, sent, new MemoryBytes()))
                .code();
    }

    static Stream<Arguments> malformed() {
        byte[] text = Payloads.text(300_000, 1);
        byte[] lawful = forge().frame(text).bytes();
        byte[] wrongChecksum = lawful.clone();
        wrongChecksum[wrongChecksum.length - 1] ^= 1;
        int window16 = 14 << 3;
        int window8 = 13 << 3;
        return Stream.of(
                Arguments.of("nothing at all", new byte[0]),
                Arguments.of("text", text),
                Arguments.of("one byte", new byte[] {0x28}),
                Arguments.of("gzip", forge().number(0x8B1F, 2).add(text).bytes()),
                Arguments.of(
                        "a frame of zstd 0.7",
                        forge().number(0xFD2FB527L, 4).add(lawful).bytes()),
                Arguments.of(
                        "garbage behind the frame",
                        forge().frame(text).add(HELLO).bytes()),
                Arguments.of(
                        "one byte behind the frame",
                        forge().frame(text).number(0, 1).bytes()),
                Arguments.of(
                        "zeros behind the frame",
                        forge().frame(text).add(new byte[512]).bytes()),
                Arguments.of(
                        "half a header behind the frame",
                        forge().frame(text).number(0xFD2FB528L, 4).bytes()),
                Arguments.of("a wrong checksum", wrongChecksum),
                Arguments.of(
                        "a window of 16 MiB",
                        forge().header(0, window16, 0, 0).plain(HELLO, true).bytes()),
                Arguments.of(
                        "a window just above 8 MiB",
                        forge().header(0, window8 | 1, 0, 0).plain(HELLO, true).bytes()),
                Arguments.of(
                        "one segment above 8 MiB",
                        forge().header(SINGLE_SEGMENT | 0x80, 0, 0, (8 << 20) + 1)
                                .plain(HELLO, false)
                                .bytes()),
                Arguments.of(
                        "one segment of 2^63",
                        forge().header(SINGLE_SEGMENT | 0xC0, 0, 0, Long.MIN_VALUE)
                                .plain(HELLO, true)
                                .bytes()),
                Arguments.of(
                        "a large window in the second frame",
                        forge().frame(text)
                                .header(0, window16, 0, 0)
                                .plain(HELLO, true)
                                .bytes()),
                Arguments.of(
                        "a dictionary of one byte",
                        forge().header(1, window8, 7, 0).plain(HELLO, true).bytes()),
                Arguments.of(
                        "a dictionary of four bytes",
                        forge().header(3, window8, 0x80000000L, 0)
                                .plain(HELLO, true)
                                .bytes()),
                Arguments.of(
                        "a reserved bit",
                        forge().header(0x08, window8, 0, 0).plain(HELLO, true).bytes()),
                Arguments.of(
                        "a reserved block type",
                        forge().header(0, window8, 0, 0).number(7, 3).bytes()),
                Arguments.of(
                        "fewer bytes than the header says",
                        forge().header(SINGLE_SEGMENT, 0, 0, 6)
                                .plain(HELLO, true)
                                .bytes()),
                Arguments.of(
                        "more bytes than the header says",
                        forge().header(SINGLE_SEGMENT, 0, 0, 4)
                                .plain(HELLO, true)
                                .bytes()),
                Arguments.of(
                        "no last block",
                        forge().header(0, window8, 0, 0).plain(HELLO, false).bytes()),
                Arguments.of(
                        "no checksum where one is announced",
                        forge().header(CHECKSUM, window8, 0, 0)
                                .plain(HELLO, true)
                                .bytes()),
                Arguments.of(
                        "a skippable frame cut short",
                        forge().frame(text).number(0x184D2A50, 4).number(10, 4).bytes()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void whatNoOtherZstdWouldReadIsRefused(String what, byte[] sent) {
        assertEquals(ErrorCode.MALFORMED_ENCODING, refusal(UploadLimits.DEFAULT, sent), what);
    }

    static Stream<Arguments> lawful() {
        byte[] text = Payloads.text(700_000, 2);
        byte[] a = Arrays.copyOf(text, 300_000);
        byte[] b = Arrays.copyOfRange(text, 300_000, 700_000);
        byte[] large = Payloads.text(9 << 20, 3);
        return Stream.of(
                Arguments.of(
                        "a window of 8 MiB",
                        forge().header(0, 13 << 3, 0, 0).plain(HELLO, true).bytes(),
                        HELLO),
                Arguments.of(
                        "a dictionary id of 0",
                        forge().header(1, 13 << 3, 0, 0).plain(HELLO, true).bytes(),
                        HELLO),
                Arguments.of(
                        "a size of two bytes",
                        forge().header(SINGLE_SEGMENT | 0x40, 0, 0, 300)
                                .repeat('x', 300, true)
                                .bytes(),
                        repeated('x', 300)),
                Arguments.of(
                        "a size of eight bytes",
                        forge().header(SINGLE_SEGMENT | 0xC0, 0, 0, 5)
                                .plain(HELLO, true)
                                .bytes(),
                        HELLO),
                Arguments.of("two frames", forge().frame(a).frame(b).bytes(), text),
                Arguments.of(
                        "frames with and without checksum",
                        forge().frame(a).frameWithoutChecksum(b).bytes(),
                        text),
                Arguments.of(
                        "skippable frames everywhere",
                        forge().skippable(0, HELLO)
                                .frame(a)
                                .skippable(15, new byte[0])
                                .skippable(3, text)
                                .frame(b)
                                .skippable(0xE, HELLO)
                                .bytes(),
                        text),
                Arguments.of(
                        "empty frames between",
                        forge().frame(new byte[0])
                                .frame(a)
                                .frame(new byte[0])
                                .frame(b)
                                .frame(new byte[0])
                                .bytes(),
                        text),
                Arguments.of("an empty frame", forge().frame(new byte[0]).bytes(), new byte[0]),
                Arguments.of(
                        "nothing but a skippable frame",
                        forge().skippable(5, HELLO).bytes(),
                        new byte[0]),
                Arguments.of(
                        "one frame of more than its window",
                        forge().frame(large).bytes(),
                        large));
    }

    private static byte[] repeated(int value, int times) {
        byte[] bytes = new byte[times];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lawful")
    void whatAnyZstdReadsIsStoredAsItCameAndReadBack(String what, byte[] sent, byte[] raw) {
        MemoryBytes stored = new MemoryBytes();
        EncodedUpload upload = Payloads.encode(POOL, Representation.ZSTD, sent, stored);
        assertArrayEquals(sent, stored.bytes(), what);
        assertEquals(Hashes.sha256(raw), upload.rawDigest());
        assertEquals(raw.length, upload.payload().rawSize());
        assertEquals(sent.length, upload.payload().storedSize());
        assertEquals(Hashes.sha256(sent), upload.payload().storedDigest());
        assertFalse(upload.payload().seekable());
        assertArrayEquals(raw, Payloads.read(POOL, stored, upload.payload(), ByteRange.whole(raw.length)));
    }

    @Test
    void anUploadThatEndsAnywhereButAtAFrameBorderIsRefused() {
        byte[] first = forge().frame(Payloads.text(2_000, 3)).bytes();
        byte[] sent = forge().add(first)
                .skippable(1, HELLO)
                .frame(Payloads.text(100, 4))
                .bytes();
        List<Integer> borders = List.of(first.length, first.length + 13);
        IntStream.range(0, sent.length)
                .filter(n -> !borders.contains(n))
                .forEach(n -> assertEquals(
                        ErrorCode.MALFORMED_ENCODING,
                        refusal(UploadLimits.DEFAULT, Arrays.copyOf(sent, n)),
                        "cut at " + n));
    }

    @Test
    void aFlippedBitIsRefusedOrChangesNothingButTheTable() {
        byte[] raw = Payloads.text(600_000, 5);
        MemoryBytes stored = new MemoryBytes();
        EncodedUpload upload = Payloads.encode(POOL, Representation.IDENTITY, raw, stored);
        byte[] sent = stored.bytes();
        Random random = new Random(6);
        int tableBits = (SeekTable.HEADER + 3 * SeekTable.ENTRY + SeekTable.FOOTER) * 8;
        for (int i = 0; i < 300 + tableBits; i++) {
            int bit = i < tableBits ? sent.length * 8 - 1 - i : random.nextInt(sent.length * 8);
            byte[] flipped = sent.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            try {
                EncodedUpload found = Payloads.encode(POOL, Representation.ZSTD, flipped, new MemoryBytes());
                assertEquals(upload.rawDigest(), found.rawDigest(), "bit " + bit);
                // Two bits of the table's descriptor mean nothing.
                assertEquals(
                        bit / 8 == sent.length - 5 && bit % 8 < 2,
                        found.payload().seekable(),
                        "bit " + bit);
            } catch (SurfaceException e) {
                assertEquals(ErrorCode.MALFORMED_ENCODING, e.code(), "bit " + bit);
            }
        }
    }

    @Test
    void aBombIsRefusedOnceItPassesTheRatioBeyondTheFreeBytes() {
        UploadLimits limits = new UploadLimits(1L << 40, 1000, 4 << 20);
        byte[] bomb = forge().bomb(64L << 20).bytes();
        assertEquals(ErrorCode.PAYLOAD_TOO_LARGE, refusal(limits, bomb));
        byte[] free = forge().bomb(4L << 20).bytes();
        assertEquals(
                4 << 20,
                Payloads.encode(POOL, limits, Representation.ZSTD, free, new MemoryBytes())
                        .payload()
                        .rawSize());
    }

    @Test
    void aBombOfManyFramesIsRefusedLikeOneOfOne() {
        UploadLimits limits = new UploadLimits(1L << 40, 1000, 4 << 20);
        FrameForge bomb = forge();
        for (int i = 0; i < 64; i++) {
            bomb.bomb(1 << 20);
        }
        assertEquals(ErrorCode.PAYLOAD_TOO_LARGE, refusal(limits, bomb.bytes()));
    }

    @Test
    void aRatioBelowTheLimitIsFineAtAnySize() {
        UploadLimits limits = new UploadLimits(1L << 40, 1000, 1 << 20);
        FrameForge sent = forge().skippable(0, new byte[20_000]).bomb(16 << 20);
        assertEquals(
                16 << 20,
                Payloads.encode(POOL, limits, Representation.ZSTD, sent.bytes(), new MemoryBytes())
                        .payload()
                        .rawSize());
    }

    @Test
    void moreRawBytesThanThePayloadLimitAreRefusedWhetherAnnouncedOrNot() {
        UploadLimits limits = new UploadLimits(1_000_000, 1000);
        byte[] atTheLimit = Payloads.text(1_000_000, 7);
        byte[] above = Payloads.text(1_000_001, 7);
        assertEquals(
                ErrorCode.PAYLOAD_TOO_LARGE,
                refusal(limits, forge().frame(above).bytes()));
        assertEquals(
                ErrorCode.PAYLOAD_TOO_LARGE,
                refusal(limits, forge().bomb(1_000_001).bytes()));
        assertEquals(
                ErrorCode.PAYLOAD_TOO_LARGE,
                refusal(limits, forge().frame(atTheLimit).frame(HELLO).bytes()));
        assertEquals(
                1_000_000,
                Payloads.encode(
                                POOL,
                                limits,
                                Representation.ZSTD,
                                forge().frame(atTheLimit).bytes(),
                                new MemoryBytes())
                        .payload()
                        .rawSize());
    }
}
