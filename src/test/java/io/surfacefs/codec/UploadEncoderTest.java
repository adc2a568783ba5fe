package io.surfacefs.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Representation;
import io.surfacefs.model.SurfaceException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class UploadEncoderTest {
    private static final CodecPool POOL = new CodecPool(2);
    private static final int BLOCK = ZstdFrames.BLOCK;

    @AfterAll
    static void closePool() {
        POOL.close();
    }

    @AfterEach
    void noDecoderStaysOpen() {
        assertEquals(0, POOL.openDecoders());
    }

    private static byte[] sent(Representation form, byte[] raw) {
        return form == Representation.IDENTITY
                ? raw
                : new FrameForge().frame(raw).bytes();
    }

    private static EncodedUpload encode(
            InputStream body, Representation form, StoredSink sink, Map<String, byte[]> digests) throws IOException {
        return new UploadEncoder(POOL, UploadLimits.DEFAULT).encode(body, form, Payloads.JSON, sink, digests);
    }

    @ParameterizedTest
    @EnumSource(Representation.class)
    void digestsOfTheBytesSentAreCheckedWhateverTheirSize(Representation form) throws IOException {
        for (int size : new int[] {0, 100, 60_000, 3 * BLOCK + 5}) {
            byte[] body = sent(form, Payloads.text(size, size));
            byte[] sha256 = Hashes.sha256().digest(body);
            byte[] sha512 = Hashes.sha512().digest(body);
            encode(
                    new ByteArrayInputStream(body),
                    form,
                    new MemoryBytes(),
                    Map.of("sha-256", sha256, "sha-512", sha512));
            encode(new ByteArrayInputStream(body), form, new MemoryBytes(), Map.of("md5", new byte[16]));
            for (Map<String, byte[]> wrong : java.util.List.of(
                    Map.of("sha-256", Hashes.sha256().digest(new byte[] {1})),
                    Map.of("sha-512", Hashes.sha512().digest(new byte[] {1})),
                    Map.of("sha-256", sha256, "sha-512", sha256),
                    Map.of("sha-256", new byte[0]))) {
                SurfaceException refused = assertThrows(
                        SurfaceException.class,
                        () -> encode(new ByteArrayInputStream(body), form, new MemoryBytes(), wrong));
                assertEquals(ErrorCode.DIGEST_MISMATCH, refused.code());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1000, BLOCK, BLOCK + 1, 5 * BLOCK})
    void rawBytesMayBeAsManyAsTheLimitAndNotOneMore(int limit) {
        UploadLimits limits = new UploadLimits(limit, 1000);
        byte[] above = Payloads.text(limit + 1, 1);
        SurfaceException refused = assertThrows(
                SurfaceException.class,
                () -> Payloads.encode(POOL, limits, Representation.IDENTITY, above, new MemoryBytes()));
        assertEquals(ErrorCode.PAYLOAD_TOO_LARGE, refused.code());
        byte[] exact = Payloads.text(limit, 1);
        assertEquals(
                limit,
                Payloads.encode(POOL, limits, Representation.IDENTITY, exact, new MemoryBytes())
                        .payload()
                        .rawSize());
    }

    /** A body that fails, or a sink, after so many bytes. */
    private static final class Failing extends InputStream implements StoredSink {
        private final IOException failure = new IOException("gone");
        private final InputStream body;
        private long left;

        Failing(byte[] body, long left) {
            this.body = new ByteArrayInputStream(body);
            this.left = left;
        }

        private void take(int n) throws IOException {
            left -= n;
            if (left < 0) {
                throw failure;
            }
        }

        @Override
        public int read() throws IOException {
            take(1);
            return body.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int n = body.read(target, offset, Math.min(length, 5000));
            take(Math.max(0, n));
            return n;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            take(length);
        }
    }

    @ParameterizedTest
    @EnumSource(Representation.class)
    void aFailureOfTheBodyPassesThroughAsItIs(Representation form) {
        byte[] body = sent(form, Payloads.noise(9 * BLOCK, 2));
        for (int after : new int[] {0, 1, 20_000, BLOCK, 4 * BLOCK + 1, body.length - 1}) {
            Failing failing = new Failing(body, after);
            assertSame(
                    failing.failure,
                    assertThrows(IOException.class, () -> encode(failing, form, new MemoryBytes(), Map.of())));
        }
    }

    @ParameterizedTest
    @EnumSource(Representation.class)
    void aFailureOfTheSinkPassesThroughAsItIs(Representation form) {
        byte[] body = sent(form, Payloads.noise(9 * BLOCK, 3));
        for (int after : new int[] {0, 20_000, BLOCK, 4 * BLOCK + 1, body.length - 1}) {
            Failing failing = new Failing(new byte[0], after);
            assertSame(
                    failing.failure,
                    assertThrows(
                            IOException.class, () -> encode(new ByteArrayInputStream(body), form, failing, Map.of())));
        }
    }

    @Test
    void afterManyFailuresThePoolStillEncodesRight() {
        byte[] body = Payloads.noise(6 * BLOCK, 4);
        for (int i = 0; i < 50; i++) {
            Failing failing = new Failing(body, (long) i * BLOCK / 10);
            assertThrows(
                    IOException.class, () -> encode(failing, Representation.IDENTITY, new MemoryBytes(), Map.of()));
        }
        EncodedUpload upload = Payloads.encode(POOL, Representation.IDENTITY, body, new MemoryBytes());
        assertEquals(Hashes.sha256(body), upload.rawDigest());
    }

    /** Text without end to speak of, made as it is read. */
    private static final class Endless extends InputStream {
        private final byte[] piece = Payloads.text(1 << 20, 5);
        private final AtomicLong given = new AtomicLong();
        private final long size;

        Endless(long size) {
            this.size = size;
        }

        @Override
        public int read() {
            throw new AssertionError("one byte at a time");
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            long left = size - given.get();
            if (left == 0) {
                return -1;
            }
            int from = (int) (given.get() % piece.length);
            int n = (int) Math.min(Math.min(length, left), piece.length - from);
            System.arraycopy(piece, from, target, offset, n);
            given.addAndGet(n);
            return n;
        }
    }

    @Test
    void whatIsReadOfABodyIsNeverMoreThanAWindowAheadOfWhatWasWritten() throws IOException {
        Endless body = new Endless(400L * BLOCK);
        AtomicLong rawWritten = new AtomicLong();
        AtomicLong furthest = new AtomicLong();
        EncodedUpload upload = encode(
                body,
                Representation.IDENTITY,
                (bytes, offset, length) -> {
                    furthest.accumulateAndGet(body.given.get() - rawWritten.get(), Math::max);
                    rawWritten.addAndGet(BLOCK);
                },
                Map.of());
        assertEquals(400L * BLOCK, upload.payload().rawSize());
        long blocks = POOL.threads() + 3L;
        assertTrue(furthest.get() <= blocks * BLOCK, () -> furthest + " bytes ahead");
    }

    @Test
    void manyUploadsAtOnceComeOutRight() throws Exception {
        Thread[] threads = new Thread[24];
        FutureTask<?>[] results = new FutureTask<?>[threads.length];
        for (int i = 0; i < threads.length; i++) {
            byte[] raw = Payloads.text(i * 100_003, i);
            Representation form = i % 2 == 0 ? Representation.IDENTITY : Representation.ZSTD;
            Callable<?> upload = () -> {
                MemoryBytes stored = new MemoryBytes();
                EncodedUpload found = Payloads.encode(POOL, form, sent(form, raw), stored);
                assertEquals(Hashes.sha256(raw), found.rawDigest());
                assertArrayEquals(
                        raw,
                        Payloads.read(POOL, stored, found.payload(), io.surfacefs.model.ByteRange.whole(raw.length)));
                return found;
            };
            results[i] = new FutureTask<>(upload);
            threads[i] = Thread.ofVirtual().start(results[i]);
        }
        for (FutureTask<?> result : results) {
            try {
                result.get();
            } catch (ExecutionException e) {
                throw new AssertionError(e.getCause());
            }
        }
    }
}
