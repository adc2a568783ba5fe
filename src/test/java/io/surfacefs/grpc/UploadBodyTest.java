package io.surfacefs.grpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.service.UploadPace;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class UploadBodyTest {
    private final AtomicInteger requests = new AtomicInteger();
    private final UploadBody body = upload(requests::incrementAndGet);

    private static UploadBody upload(Runnable requestMessage) {
        return new UploadBody(
                requestMessage, new UploadPace(Duration.ofMinutes(1), 1), () -> 0, new HeldBack(System::nanoTime));
    }

    private final HeldBack held = new HeldBack(System::nanoTime);

    private static ByteString bytes(int n) {
        return ByteString.copyFrom(new byte[n]);
    }

    @Test
    void bytesComeOutAsTheyCameInHoweverTheyWereCut() throws Exception {
        Random random = new Random(5);
        byte[] content = new byte[3_000_000];
        random.nextBytes(content);
        Semaphore asked = new Semaphore(0);
        UploadBody stream = upload(asked::release);
        try (ExecutorService network = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> sent = network.submit(() -> {
                for (int at = 0; at < content.length; ) {
                    int n = Math.min(content.length - at, random.nextInt(100_000));
                    assertTrue(asked.tryAcquire(30, TimeUnit.SECONDS));
                    stream.add(ByteString.copyFrom(content, at, n));
                    at += n;
                }
                stream.end();
                return null;
            });
            stream.wantFirst();
            assertEquals(content[0] & 0xff, stream.read());
            byte[] rest = stream.readAllBytes();
            assertArrayEquals(Arrays.copyOfRange(content, 1, content.length), rest);
            assertEquals(-1, stream.read());
            sent.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void noMoreIsAskedForWhileEnoughBytesWaitUntilTheyAreRead() throws IOException {
        body.wantFirst();
        body.add(bytes(UploadBody.HIGH_BYTES - 1));
        assertEquals(2, requests.get());
        body.add(bytes(1));
        assertEquals(2, requests.get(), "a full mebibyte waits");
        assertEquals(10, body.read(new byte[10], 0, 10));
        assertEquals(3, requests.get(), "the first chunk is in the reader's hands");
    }

    @Test
    void noMoreIsAskedForWhileManyShortChunksWait() throws IOException {
        for (int i = 0; i < UploadBody.HIGH_CHUNKS; i++) {
            body.add(bytes(1));
        }
        assertEquals(UploadBody.HIGH_CHUNKS - 1, requests.get());
        assertEquals(0, body.read());
        assertEquals(UploadBody.HIGH_CHUNKS, requests.get());
    }

    @Test
    void anEmptyChunkIsAChunkAndNoChunkIsNone() throws IOException {
        body.add(ByteString.EMPTY);
        assertTrue(body.hasChunk());
        body.end();
        assertEquals(-1, body.read());

        UploadBody without = upload(() -> {});
        without.end();
        assertFalse(without.hasChunk());
        assertEquals(-1, without.read(new byte[1], 0, 1));
    }

    @Test
    void aBrokenStreamNeverLooksLikeAnEnd() throws IOException {
        body.add(bytes(10));
        assertEquals(0, body.read());
        CallGone gone = new CallGone("cancelled");
        body.fail(gone);
        body.end();
        assertEquals(9, body.read(new byte[100], 0, 100), "what the reader already had");
        assertThrows(IOException.class, body::read);
        assertThrows(IOException.class, body::hasChunk);
        assertSame(gone, body.failure());
    }

    @Test
    void aSilentClientIsGivenUp() {
        UploadBody stalled = new UploadBody(() -> {}, new UploadPace(Duration.ofMillis(1), 1), () -> 0, held);
        assertNull(stalled.failure());
        assertThrows(IOException.class, stalled::read);
        SurfaceException failure = assertInstanceOf(SurfaceException.class, stalled.failure());
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure.code());
    }

    @Test
    void aChunkOfWhichBytesComeIsWaitedForThoughItIsNotWholeYet() throws IOException {
        AtomicInteger looks = new AtomicInteger();
        AtomicReference<UploadBody> slow = new AtomicReference<>();
        slow.set(new UploadBody(
                () -> {},
                new UploadPace(Duration.ofMillis(1), 1),
                () -> {
                    if (looks.incrementAndGet() == 50) {
                        slow.get().end();
                    }
                    return looks.get();
                },
                held));
        assertEquals(-1, slow.get().read());
        assertEquals(50, looks.get());
    }

    @Test
    void whileWeHoldBackAnotherUploadOfTheConnectionNothingIsHeldAgainstThisOne() throws IOException {
        UploadBody full = new UploadBody(() -> {}, new UploadPace(Duration.ofMinutes(1), 1), () -> 0, held);
        full.add(bytes(UploadBody.HIGH_BYTES));
        AtomicInteger looks = new AtomicInteger();
        UploadBody starved = new UploadBody(
                () -> {},
                new UploadPace(Duration.ofMillis(1), 1),
                () -> {
                    if (looks.incrementAndGet() == 50) {
                        assertDoesNotThrow(() -> full.read());
                    }
                    return 0;
                },
                held);
        assertThrows(IOException.class, starved::read);
        assertTrue(looks.get() >= 50, looks + " looks");
        assertEquals(
                ErrorCode.INVALID_ARGUMENT,
                assertInstanceOf(SurfaceException.class, starved.failure()).code());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void anUploadThatIsOverHoldsNothingBack(int end) throws IOException {
        AtomicLong now = new AtomicLong(5);
        HeldBack connection = new HeldBack(now::get);
        UploadBody full = new UploadBody(() -> {}, new UploadPace(Duration.ofMinutes(1), 1), () -> 0, connection);
        full.add(bytes(UploadBody.HIGH_BYTES));
        full.add(bytes(1));
        now.addAndGet(3);
        assertEquals(3, connection.nanos());
        switch (end) {
            case 0 -> full.end();
            case 1 -> full.fail(new CallGone("cancelled"));
            case 2 -> full.close();
            default -> assertEquals(0, full.read());
        }
        now.addAndGet(100);
        assertEquals(3, connection.nanos());
        full.close();
        assertEquals(3, connection.nanos());
    }

    @Test
    void afterCloseNothingIsKeptOrAskedFor() {
        body.close();
        body.add(bytes(10));
        assertEquals(0, requests.get());
    }
}
