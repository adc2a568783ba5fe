package io.surfacefs.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ByteRange;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Representation;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SeekTableTest {
    private static final CodecPool POOL = new CodecPool(2);
    private static final byte[] TEXT = Payloads.text(900_000, 1);
    private static final byte[] RAW_A = Arrays.copyOf(TEXT, 400_000);
    private static final byte[] RAW_B = Arrays.copyOfRange(TEXT, 400_000, 900_000);
    private static final byte[] A = new FrameForge().frame(RAW_A).bytes();
    private static final byte[] B = new FrameForge().frame(RAW_B).bytes();
    private static final byte[] NOTE =
            new FrameForge().skippable(2, new byte[] {1, 2, 3}).bytes();
    private static final int CHECKSUMS = SeekTable.CHECKSUM_FLAG;

    @AfterAll
    static void closePool() {
        POOL.close();
    }

    private static FrameForge frames() {
        return new FrameForge().add(A).add(NOTE).add(B);
    }

    private static long[] entry(byte[] stored, long raw) {
        return new long[] {stored.length, raw};
    }

    private static long[] entry(byte[] stored, long raw, long checksum) {
        return new long[] {stored.length, raw, checksum};
    }

    private static long checksum(byte[] frame) {
        return LittleEndian.getUnsigned(frame, frame.length - 4, 4);
    }

    private static StoredPayload upload(byte[] sent) {
        MemoryBytes stored = new MemoryBytes();
        StoredPayload payload =
                Payloads.encode(POOL, Representation.ZSTD, sent, stored).payload();
        assertArrayEquals(TEXT, Payloads.read(POOL, stored, payload, ByteRange.whole(TEXT.length)));
        ByteRange middle = new ByteRange(399_990, 20);
        assertArrayEquals(Arrays.copyOfRange(TEXT, 399_990, 400_010), Payloads.read(POOL, stored, payload, middle));
        return payload;
    }

    static Stream<Arguments> trueTables() {
        long[][] entries = {entry(A, 400_000), entry(NOTE, 0), entry(B, 500_000)};
        return Stream.of(
                Arguments.of("of every frame", frames().table(0, entries)),
                Arguments.of("with bits set that mean nothing", frames().table(3, entries)),
                Arguments.of(
                        "with the frames' checksums",
                        new FrameForge()
                                .add(A)
                                .add(B)
                                .table(CHECKSUMS, entry(A, 400_000, checksum(A)), entry(B, 500_000, checksum(B)))),
                Arguments.of(
                        "behind another table",
                        new FrameForge()
                                .add(A)
                                .table(0, entry(A, 400_000))
                                .add(B)
                                .table(0, entry(A, 400_000), new long[] {25, 0}, entry(B, 500_000))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("trueTables")
    void aTrueTableCounts(String what, FrameForge sent) {
        assertTrue(upload(sent.bytes()).seekable(), what);
    }

    static Stream<Arguments> tablesThatDoNotCount() {
        long[] a = entry(A, 400_000);
        long[] note = entry(NOTE, 0);
        long[] b = entry(B, 500_000);
        return Stream.of(
                Arguments.of("no table", frames()),
                Arguments.of("a raw size too small", frames().table(0, a, note, entry(B, 499_999))),
                Arguments.of("raw sizes shifted", frames().table(0, entry(A, 400_001), note, entry(B, 499_999))),
                Arguments.of(
                        "stored sizes shifted",
                        frames().table(0, new long[] {A.length + 1, 400_000}, note, new long[] {B.length - 1, 500_000
                        })),
                Arguments.of("an entry too few", frames().table(0, a, b)),
                Arguments.of("an entry too many", frames().table(0, a, note, b, new long[] {0, 0})),
                Arguments.of("entries in another order", frames().table(0, note, a, b)),
                Arguments.of(
                        "two frames in one entry", frames().table(0, new long[] {A.length + NOTE.length, 400_000}, b)),
                Arguments.of("another count", frames().table(0, 2, SeekTable.MAGIC, a, note, b)),
                Arguments.of("a huge count", frames().table(0, 0xFFFFFFFFL, SeekTable.MAGIC, a, note, b)),
                Arguments.of("another magic", frames().table(0, 3, SeekTable.MAGIC ^ 1, a, note, b)),
                Arguments.of("a reserved bit", frames().table(0x40, a, note, b)),
                Arguments.of("the checksum bit without checksums", frames().table(CHECKSUMS, a, note, b)),
                Arguments.of(
                        "checksums without the bit",
                        frames().table(
                                        0,
                                        entry(A, 400_000, checksum(A)),
                                        entry(NOTE, 0, 0),
                                        entry(B, 500_000, checksum(B)))),
                Arguments.of(
                        "a wrong checksum",
                        new FrameForge()
                                .add(A)
                                .add(B)
                                .table(CHECKSUMS, entry(A, 400_000, checksum(A)), entry(B, 500_000, checksum(B) ^ 1))),
                Arguments.of(
                        "another kind of skippable frame",
                        frames().skippable(
                                        0xD,
                                        content(frames().table(0, a, note, b).bytes(), frames().bytes()))),
                Arguments.of("a frame behind it", frames().table(0, a, note, b).skippable(0, new byte[0])),
                Arguments.of(
                        "a table before the frames",
                        new FrameForge().table(0, a, note, b).add(A).add(NOTE).add(B)));
    }

    private static byte[] content(byte[] withTable, byte[] without) {
        return Arrays.copyOfRange(withTable, without.length + SeekTable.HEADER, withTable.length);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tablesThatDoNotCount")
    void aForgedTableDoesNotCountAndThePayloadIsReadRightAllTheSame(String what, FrameForge sent) {
        assertEquals(false, upload(sent.bytes()).seekable(), what);
    }

    @Test
    void aTrueTableOfFramesTooLargeToDecodeWholeDoesNotCount() {
        byte[] raw = Payloads.text(SeekTable.MAX_RAW_FRAME + 1, 2);
        byte[] frame = new FrameForge().frame(raw).bytes();
        byte[] sent =
                new FrameForge().add(frame).table(0, entry(frame, raw.length)).bytes();
        StoredPayload payload = Payloads.encode(POOL, Representation.ZSTD, sent, new MemoryBytes())
                .payload();
        assertEquals(false, payload.seekable());
    }

    @Test
    void aTrueTableOfAFrameOfManyEmptyBlocksDoesNotCount() {
        FrameForge padded = new FrameForge().header(0, 8 << 3, 0, 0);
        for (int i = 0; i < 400_000; i++) {
            padded.plain(new byte[0], false);
        }
        byte[] frame = padded.plain(new byte[300_000 - 172_000], true).bytes();
        byte[] raw = new byte[300_000 - 172_000];
        byte[] sent = new FrameForge()
                .add(frame)
                .add(frame)
                .add(frame)
                .table(0, entry(frame, raw.length), entry(frame, raw.length), entry(frame, raw.length))
                .bytes();
        StoredPayload payload = Payloads.encode(POOL, Representation.ZSTD, sent, new MemoryBytes())
                .payload();
        assertEquals(3L * raw.length, payload.rawSize());
        assertEquals(false, payload.seekable());
    }

    @Test
    void aTableThatWentBadAtRestIsNeverFollowed() {
        MemoryBytes stored = new MemoryBytes();
        StoredPayload payload =
                Payloads.encode(POOL, Representation.IDENTITY, TEXT, stored).payload();
        byte[] good = stored.bytes();
        int table = SeekTable.HEADER + 4 * SeekTable.ENTRY + SeekTable.FOOTER;
        for (int bit = 0; bit < table * 8; bit++) {
            byte[] bad = good.clone();
            bad[good.length - 1 - bit / 8] ^= (byte) (1 << (bit % 8));
            if (bit / 8 == 4 && bit % 8 < 2) {
                continue; // bits that mean nothing
            }
            int flipped = bit;
            assertEquals(
                    ErrorCode.CORRUPT_OBJECT,
                    assertThrows(
                                    SurfaceException.class,
                                    () -> Payloads.read(
                                            POOL, new MemoryBytes(bad), payload, ByteRange.whole(TEXT.length)),
                                    () -> "bit " + flipped)
                            .code());
        }
    }
}
