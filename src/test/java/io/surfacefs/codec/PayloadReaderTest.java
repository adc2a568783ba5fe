package io.surfacefs.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ByteRange;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Representation;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PayloadReaderTest {
    private static final int BLOCK = ZstdFrames.BLOCK;

    private final CodecPool pool = new CodecPool(2, 2, Duration.ofMinutes(1));

    @AfterEach
    void nothingStaysOpen() {
        assertEquals(0, pool.openDecoders());
        pool.close();
    }

    /** A payload in each of the three ways in which one can be read. */
    private List<Stored> everyShape() {
        byte[] large = Payloads.text(5 * BLOCK + 321, 1);
        byte[] small = Payloads.text(20_000, 2);
        FrameForge frames = new FrameForge();
        for (int at = 0; at < large.length; at += 200_000) {
            frames.frame(Arrays.copyOfRange(large, at, Math.min(large.length, at + 200_000)));
        }
        return List.of(
                store(Representation.IDENTITY, large, large),
                store(Representation.IDENTITY, small, small),
                store(Representation.ZSTD, frames.bytes(), large),
                store(Representation.ZSTD, new FrameForge().frame(large).bytes(), large));
    }

    private record Stored(byte[] raw, byte[] bytes, StoredPayload payload) {}

    private Stored store(Representation sent, byte[] body, byte[] raw) {
        MemoryBytes stored = new MemoryBytes();
        StoredPayload payload = Payloads.encode(pool, sent, body, stored).payload();
        return new Stored(raw, stored.bytes(), payload);
    }

    private PayloadReader open(Stored stored) throws IOException {
        return open(stored, new MemoryBytes(stored.bytes()), ByteRange.whole(stored.raw().length));
    }

    private PayloadReader open(Stored stored, StoredBytes bytes, ByteRange range) throws IOException {
        return PayloadReader.open(pool, bytes, stored.payload(), range);
    }

    @Test
    void aByteThatFlippedAtRestIsNeverServed() {
        Random random = new Random(3);
        for (Stored stored : everyShape()) {
            for (int i = 0; i < 200; i++) {
                byte[] bad = stored.bytes().clone();
                bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
                ByteArrayOutputStream got = new ByteArrayOutputStream();
                ErrorCode failure = drain(stored, bad, got);
                byte[] served = got.toByteArray();
                if (failure == null) {
                    assertArrayEquals(stored.raw(), served);
                } else {
                    assertEquals(ErrorCode.CORRUPT_OBJECT, failure);
                    assertTrue(served.length < stored.raw().length, "a complete answer before the failure");
                }
            }
        }
    }

    private @Nullable ErrorCode drain(Stored stored, byte[] bytes, ByteArrayOutputStream got) {
        try (PayloadReader reader = open(stored, new MemoryBytes(bytes), ByteRange.whole(stored.raw().length))) {
            for (Block block = reader.next(); block != null; block = reader.next()) {
                got.write(block.array(), block.offset(), block.length());
            }
            return null;
        } catch (SurfaceException e) {
            return e.code();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void storedBytesOfAnotherSizeAreRefusedBeforeTheFirstByte() {
        for (Stored stored : everyShape()) {
            byte[] cut = Arrays.copyOf(stored.bytes(), stored.bytes().length - 1);
            byte[] longer = Arrays.copyOf(stored.bytes(), stored.bytes().length + 1);
            for (byte[] bad : List.of(cut, longer, new byte[0])) {
                ByteArrayOutputStream got = new ByteArrayOutputStream();
                assertEquals(ErrorCode.CORRUPT_OBJECT, drain(stored, bad, got));
                assertEquals(0, got.size());
            }
        }
    }

    @Test
    void aRawSizeThatIsNotWhatTheFramesGiveIsNeverACompleteAnswer() {
        for (Stored stored : everyShape()) {
            for (int difference : new int[] {-1, 1, -BLOCK, BLOCK}) {
                StoredPayload said = stored.payload();
                long rawSize = Math.max(0, said.rawSize() + difference);
                Stored wrong = new Stored(
                        new byte[(int) rawSize],
                        stored.bytes(),
                        new StoredPayload(
                                said.contentType(), rawSize, said.storedSize(), said.storedDigest(), said.seekable()));
                ByteArrayOutputStream got = new ByteArrayOutputStream();
                assertEquals(ErrorCode.CORRUPT_OBJECT, drain(wrong, stored.bytes(), got));
                assertTrue(got.size() < Math.max(1, rawSize), "a complete answer before the failure");
            }
        }
    }

    @Test
    void aReaderGoesOnWhereItWasHoweverOftenItIsParked() throws IOException {
        Random random = new Random(4);
        for (Stored stored : everyShape()) {
            for (int round = 0; round < 10; round++) {
                int from = random.nextInt(stored.raw().length);
                int length = random.nextInt(stored.raw().length - from);
                ByteArrayOutputStream got = new ByteArrayOutputStream();
                try (PayloadReader reader =
                        open(stored, new MemoryBytes(stored.bytes()), new ByteRange(from, length))) {
                    for (Block block = reader.next(); block != null; block = reader.next()) {
                        got.write(block.array(), block.offset(), block.length());
                        if (random.nextBoolean()) {
                            reader.recycle();
                        }
                        if (random.nextBoolean()) {
                            reader.park();
                            assertEquals(0, pool.openDecoders());
                        }
                    }
                    assertNull(reader.next());
                }
                assertArrayEquals(Arrays.copyOfRange(stored.raw(), from, from + length), got.toByteArray());
            }
        }
    }

    @Test
    void aBlockStaysAsItIsWhileOthersAreReadUnlessItWasRecycled() throws IOException {
        Stored stored = everyShape().getFirst();
        List<Block> blocks = new ArrayList<>();
        try (PayloadReader reader = open(stored)) {
            for (Block block = reader.next(); block != null; block = reader.next()) {
                blocks.add(block);
            }
        }
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        blocks.forEach(block -> got.write(block.array(), block.offset(), block.length()));
        assertArrayEquals(stored.raw(), got.toByteArray());
    }

    @Test
    void aBlockIsRecycledOnceHoweverOftenItIsSaid() throws IOException {
        Stored stored = everyShape().getFirst();
        try (PayloadReader reader = open(stored)) {
            while (reader.next() != null) {
                reader.recycle();
                reader.recycle();
            }
        }
        List<byte[]> arrays = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            byte[] array = pool.takeBlock();
            arrays.forEach(other -> assertNotSame(other, array));
            arrays.add(array);
        }
    }

    @Test
    void aRangeReadsItsOwnFramesAndTheTableOnly() throws IOException {
        byte[] raw = Payloads.noise(40 * BLOCK, 5);
        Stored stored = store(Representation.IDENTITY, raw, raw);
        MemoryBytes bytes = new MemoryBytes(stored.bytes());
        try (PayloadReader reader = open(stored, bytes, new ByteRange(20L * BLOCK - 10, 20))) {
            while (reader.next() != null) {
                reader.recycle();
            }
        }
        int tableReads = 2 * (40 * SeekTable.ENTRY + SeekTable.HEADER + SeekTable.FOOTER);
        assertTrue(
                bytes.bytesRead() <= 2 * ZstdFrames.BLOCK_ARRAY + tableReads, () -> bytes.bytesRead() + " bytes read");
    }

    @Test
    void aReaderThatIsNotAskedReadsNoFurtherAheadThanThePoolHasThreads() throws IOException {
        byte[] raw = Payloads.noise(60 * BLOCK, 6);
        Stored stored = store(Representation.IDENTITY, raw, raw);
        MemoryBytes bytes = new MemoryBytes(stored.bytes());
        try (PayloadReader reader = open(stored, bytes, ByteRange.whole(raw.length))) {
            long opened = bytes.bytesRead();
            reader.next();
            assertTrue(bytes.bytesRead() - opened <= ZstdFrames.BLOCK_ARRAY, "read ahead of an unknown consumer");
            for (int i = 0; i < 20; i++) {
                reader.next();
            }
            long frames = 21L + pool.threads();
            assertTrue(bytes.bytesRead() - opened <= frames * ZstdFrames.BLOCK_ARRAY, "read too far ahead");
            reader.park();
            long parked = bytes.bytesRead();
            reader.next();
            assertTrue(bytes.bytesRead() - parked <= ZstdFrames.BLOCK_ARRAY + 1024, "read ahead of a stalled consumer");
        }
    }

    @Test
    void withoutATableNoMoreDecodersRunThanThePoolAllowsAndAParkedReaderGivesItsOwnBack() throws IOException {
        Stored stored = everyShape().getLast();
        ByteRange whole = ByteRange.whole(stored.raw().length);
        // Patient enough for a loaded machine to decode a block, impatient enough for a refusal to come.
        try (CodecPool impatient = new CodecPool(2, 2, Duration.ofSeconds(2));
                PayloadReader first =
                        PayloadReader.open(impatient, new MemoryBytes(stored.bytes()), stored.payload(), whole);
                PayloadReader second =
                        PayloadReader.open(impatient, new MemoryBytes(stored.bytes()), stored.payload(), whole);
                PayloadReader third =
                        PayloadReader.open(impatient, new MemoryBytes(stored.bytes()), stored.payload(), whole)) {
            first.next();
            second.next();
            assertEquals(2, impatient.openDecoders());
            SurfaceException refused = assertThrows(SurfaceException.class, third::next);
            assertEquals(ErrorCode.OVERLOADED, refused.code());
            assertEquals(2, impatient.openDecoders());
            first.park();
            assertEquals(BLOCK, third.next().length());
            assertEquals(2, impatient.openDecoders());
        }
    }

    @Test
    void withoutATableOnlySoManyReadersMayBeOpenAndOneThatIsClosedMakesRoom() throws IOException {
        Stored stored = everyShape().getLast();
        ByteRange whole = ByteRange.whole(stored.raw().length);
        List<PayloadReader> stalled = new ArrayList<>();
        try (CodecPool impatient = new CodecPool(1, 1, Duration.ofSeconds(2))) {
            MemoryBytes bytes = new MemoryBytes(stored.bytes());
            for (int i = 0; i < CodecPool.STREAMS_PER_THREAD; i++) {
                stalled.add(PayloadReader.open(impatient, bytes, stored.payload(), whole));
                stalled.getLast().park();
            }
            SurfaceException refused = assertThrows(
                    SurfaceException.class, () -> PayloadReader.open(impatient, bytes, stored.payload(), whole));
            assertEquals(ErrorCode.OVERLOADED, refused.code());
            stalled.getFirst().close();
            stalled.getFirst().close(); // once closed it makes no more room
            stalled.add(PayloadReader.open(impatient, bytes, stored.payload(), whole));
            assertEquals(BLOCK, stalled.getLast().next().length());
            assertThrows(SurfaceException.class, () -> PayloadReader.open(impatient, bytes, stored.payload(), whole));
            stalled.forEach(PayloadReader::close);
        }
    }

    @Test
    void afterParkingWithoutATableDecodingBeginsAtTheLastFrameBorder() throws IOException {
        byte[] raw = Payloads.noise(8 * BLOCK, 7);
        FrameForge frames = new FrameForge();
        for (int i = 0; i < 8; i++) {
            frames.frame(Arrays.copyOfRange(raw, i * BLOCK, (i + 1) * BLOCK));
        }
        Stored stored = store(Representation.ZSTD, frames.bytes(), raw);
        MemoryBytes bytes = new MemoryBytes(stored.bytes());
        try (PayloadReader reader = open(stored, bytes, ByteRange.whole(raw.length))) {
            for (int i = 0; i < 6; i++) {
                reader.next();
            }
            reader.park();
            long before = bytes.bytesRead();
            reader.next();
            assertTrue(bytes.bytesRead() - before < 3L * BLOCK, () -> (bytes.bytesRead() - before) + " bytes again");
        }
    }

    @Test
    void afterCloseNothingComes() throws IOException {
        for (Stored stored : everyShape()) {
            PayloadReader reader = open(stored);
            reader.close();
            assertNull(reader.next());
            reader.park();
            reader.recycle();
            reader.close();
        }
    }

    @Test
    void aFailureOfTheStoredBytesPassesThroughAsItIs() throws IOException {
        IOException failure = new IOException("disk");
        for (Stored stored : everyShape()) {
            class Failing extends MemoryBytesWithFailure {
                Failing() {
                    super(stored.bytes(), failure);
                }
            }
            Failing bytes = new Failing();
            try (PayloadReader reader = open(stored, bytes, ByteRange.whole(stored.raw().length))) {
                bytes.fail();
                assertSame(failure, assertThrows(IOException.class, reader::next));
            }
        }
    }

    /** Stored bytes that can be made to fail. */
    private static class MemoryBytesWithFailure implements StoredBytes {
        private final MemoryBytes bytes;
        private final IOException failure;
        private boolean failing;

        MemoryBytesWithFailure(byte[] bytes, IOException failure) {
            this.bytes = new MemoryBytes(bytes);
            this.failure = failure;
        }

        void fail() {
            failing = true;
        }

        @Override
        public long size() {
            return bytes.size();
        }

        @Override
        public int read(long position, byte[] target, int offset, int length) throws IOException {
            if (failing) {
                throw failure;
            }
            // In small pieces, as the contract allows.
            return bytes.read(position, target, offset, Math.min(length, 1000));
        }

        @Override
        public void close() {}
    }

    @Test
    void rangesBeyondThePayloadAreTheCallersMistake() {
        Stored stored = everyShape().getFirst();
        assertThrows(
                IllegalArgumentException.class,
                () -> open(stored, new MemoryBytes(stored.bytes()), new ByteRange(stored.raw().length, 1)));
    }
}
