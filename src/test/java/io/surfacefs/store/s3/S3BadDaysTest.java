package io.surfacefs.store.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.StoreFault;
import io.surfacefs.store.StoreFault.Reason;
import io.surfacefs.store.TestArtefacts;
import io.surfacefs.store.s3.ScriptedS3.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each thing that an S3 server can do to us is told as. */
class S3BadDaysTest {
    private static final BlobKey KEY = BlobKey.cache("a/b");
    private static final S3Settings.Limits SHORT =
            new S3Settings.Limits(Duration.ofMillis(400), Duration.ofMillis(400), Duration.ofSeconds(3));
    private static final S3Settings.Limits LONG =
            new S3Settings.Limits(Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(60));

    @TempDir
    Path folder;

    private static S3BlobStore blobs(URI endpoint, S3Settings.Limits limits) {
        return S3BlobStore.open(
                new S3Settings(endpoint, "us-east-1", true, "cache", "manifests", "", null, S3Secrets.folder(), limits),
                S3StoreContract.PART);
    }

    private static StoreFault fault(Runnable work) {
        return assertThrows(StoreFault.class, work::run);
    }

    private static Reason told(Function<HttpExchange, Answer> script) throws IOException {
        try (ScriptedS3 server = new ScriptedS3(script);
                S3BlobStore blobs = blobs(server.endpoint(), LONG)) {
            return fault(() -> blobs.read(KEY, 100_000)).reason();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "404, NoSuchBucket, NO_BUCKET, STORE_UNAVAILABLE, false, false",
        "403, InvalidAccessKeyId, CREDENTIALS, STORE_UNAVAILABLE, false, false",
        "403, SignatureDoesNotMatch, CREDENTIALS, STORE_UNAVAILABLE, false, false",
        "400, ExpiredToken, CREDENTIALS, STORE_UNAVAILABLE, false, false",
        "403, AccessDenied, FORBIDDEN, STORE_UNAVAILABLE, false, false",
        "403, RequestTimeTooSkewed, CLOCK, STORE_UNAVAILABLE, false, false",
        "503, SlowDown, THROTTLED, STORE_UNAVAILABLE, true, true",
        "429, TooManyRequests, THROTTLED, STORE_UNAVAILABLE, true, true",
        "503, ServiceUnavailable, SERVER, STORE_UNAVAILABLE, true, false",
        "500, InternalError, SERVER, STORE_UNAVAILABLE, true, false",
        "400, RequestTimeout, LATE, STORE_TIMEOUT, true, false",
        "403, QuotaExceeded, FULL, DISK_FULL, false, false",
        "507, XMinioStorageFull, FULL, DISK_FULL, false, false",
        "400, AuthorizationHeaderMalformed, REFUSED, STORE_UNAVAILABLE, false, false",
        "501, NotImplemented, SERVER, STORE_UNAVAILABLE, true, false"
    })
    void eachAnswerHasItsReasonItsCodeAndWhetherToTryAgain(
            int status, String s3, Reason reason, ErrorCode code, boolean retry, boolean throttled) throws IOException {
        try (ScriptedS3 server = new ScriptedS3(exchange -> Answer.error(status, s3));
                S3BlobStore blobs = blobs(server.endpoint(), LONG)) {
            StoreFault fault = fault(() -> blobs.read(KEY, 100));
            assertEquals(reason, fault.reason());
            assertEquals(code, fault.code());
            assertEquals(retry, fault.mayBeRetried());
            assertEquals(throttled, fault.throttled());
            assertEquals(1, server.requests().size(), "who tries again is not the client");
        }
    }

    @Test
    void whatIsAskedThroughTheSdkIsAskedOnceToo() throws IOException {
        for (int status : new int[] {500, 503}) {
            try (ScriptedS3 server = new ScriptedS3(exchange -> Answer.error(status, "InternalError"));
                    S3BlobStore blobs = blobs(server.endpoint(), LONG)) {
                assertTrue(fault(() -> blobs.list(BlobKey.Bucket.CACHE, "", "", false, 10))
                        .mayBeRetried());
                assertEquals(1, server.requests().size(), "who tries again is not the client");
            }
        }
    }

    @Test
    void anAnswerToHeadHasNoBodyAndIsToldByItsStatus() throws IOException {
        for (Object[] row : new Object[][] {
            {403, Reason.FORBIDDEN}, {503, Reason.BUSY}, {500, Reason.SERVER}, {429, Reason.THROTTLED}
        }) {
            try (ScriptedS3 server = new ScriptedS3(exchange -> Answer.of((int) row[0], new byte[0]));
                    S3BlobStore blobs = blobs(server.endpoint(), LONG)) {
                assertEquals(row[1], fault(() -> blobs.head(KEY)).reason());
            }
        }
    }

    @Test
    void anObjectIsAbsentOnlyWhereItsBucketIsThere() throws IOException {
        boolean[] bucket = {false};
        try (ScriptedS3 server = new ScriptedS3(exchange -> {
                    boolean asksForBucket = exchange.getRequestURI().getPath().equals("/cache");
                    return Answer.of(asksForBucket && bucket[0] ? 200 : 404, new byte[0]);
                });
                S3BlobStore blobs = blobs(server.endpoint(), LONG)) {
            assertEquals(Reason.NO_BUCKET, fault(() -> blobs.head(KEY)).reason());
            bucket[0] = true;
            assertNull(blobs.head(KEY));
            int asked = server.requests().size();
            assertNull(blobs.head(KEY));
            assertEquals(asked + 1, server.requests().size(), "a bucket seen a moment ago isn't asked for again");
        }
    }

    private static Answer broken(byte[] body, int given) {
        return new Answer(200, Arrays.copyOf(body, given), body.length, "ETag", "\"t\"");
    }

    @Test
    void aBodyThatAlwaysBreaksOffIsNeverTakenForWhole() throws IOException {
        byte[] body = TestArtefacts.noise(2, 50_000);
        assertEquals(Reason.PARTIAL_BODY, told(exchange -> broken(body, 49_999)));
        assertEquals(ErrorCode.STORE_UNAVAILABLE, new StoreFault(Reason.PARTIAL_BODY, null, null).code());
    }

    @Test
    void aLargeObjectIsReadOnFromWhereItBrokeOffAndNeverMixedWithAnother() throws IOException {
        byte[] body = TestArtefacts.noise(3, 900_000);
        AtomicInteger gets = new AtomicInteger();
        boolean[] replaced = {false};
        Function<HttpExchange, Answer> script = exchange -> {
            String length = Integer.toString(body.length);
            if (exchange.getRequestMethod().equals("HEAD")) {
                return Answer.of(200, new byte[0], "ETag", "\"t\"", "Content-Length", length);
            }
            if (replaced[0]) {
                return Answer.error(412, "PreconditionFailed");
            }
            String[] range =
                    exchange.getRequestHeaders().getFirst("Range").substring(6).split("-", -1);
            int from = Integer.parseInt(range[0]);
            int to = Integer.parseInt(range[1]) + 1;
            byte[] part = Arrays.copyOfRange(body, from, to);
            int given = gets.incrementAndGet() % 2 == 1 ? part.length / 2 : part.length;
            return new Answer(
                    206,
                    Arrays.copyOf(part, given),
                    part.length,
                    "ETag",
                    "\"t\"",
                    "Content-Range",
                    "bytes " + from + "-" + (to - 1) + "/" + length);
        };
        try (ScriptedS3 server = new ScriptedS3(script);
                S3BlobStore blobs = blobs(server.endpoint(), LONG);
                BlobStoreBytes open = new BlobStoreBytes(blobs.open(KEY, body.length))) {
            open.expect(0, body.length);
            assertEquals(
                    Reason.PARTIAL_BODY, fault(() -> open.read(0, body.length)).reason());
            assertArrayEquals(body, open.read(0, body.length), "who reads on gets the rest");
            assertTrue(gets.get() >= 2);
            replaced[0] = true;
            StoreFault fault = fault(() -> open.read(0, 100_000));
            assertEquals(Reason.CHANGED, fault.reason());
        }
    }

    @Test
    void aServerThatNeverAnswersIsATimeoutAndOneThatIsNotThereIsUnreachable() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        try (ScriptedS3 server = new ScriptedS3(exchange -> {
                    await(end);
                    return Answer.of(200, new byte[0]);
                });
                S3BlobStore blobs = blobs(server.endpoint(), SHORT)) {
            StoreFault fault = fault(() -> blobs.read(KEY, 100));
            assertEquals(Reason.TIMEOUT, fault.reason());
            assertEquals(ErrorCode.STORE_TIMEOUT, fault.code());
            assertEquals(Reason.TIMEOUT, fault(() -> put(blobs, new byte[10])).reason());
        } finally {
            end.countDown();
        }
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        try (S3BlobStore blobs = blobs(URI.create("http://127.0.0.1:" + free), LONG)) {
            assertEquals(Reason.UNREACHABLE, fault(() -> blobs.read(KEY, 100)).reason());
        }
        assertEquals(Reason.UNREACHABLE, told(ScriptedS3.SILENT));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aServerThatReadsNothingOfAPutDoesNotHoldItForEver() throws Exception {
        Path file = Files.write(folder.resolve("payload"), TestArtefacts.noise(4, 4 << 20));
        try (ServerSocket deaf = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                S3BlobStore blobs = blobs(URI.create("http://127.0.0.1:" + deaf.getLocalPort()), SHORT)) {
            BlobSource source = new BlobSource.LocalFile(file, Files.size(file));
            assertEquals(
                    ErrorCode.STORE_TIMEOUT,
                    fault(() -> blobs.putAllIfAbsent(List.of(new BlobStore.Put(KEY, source))))
                            .code());
        }
    }

    private static BlobStore.PutResult put(S3BlobStore blobs, byte[] bytes) {
        return blobs.putAllIfAbsent(List.of(new BlobStore.Put(KEY, new BlobSource.Bytes(bytes))));
    }

    @Test
    void twoPutsAtOnceAreDecidedByTheStoreAndAConflictIsTriedAgain() throws IOException {
        AtomicInteger times = new AtomicInteger();
        try (ScriptedS3 server = new ScriptedS3(exchange -> {
                    boolean conditional =
                            "*".equals(exchange.getRequestHeaders().getFirst("If-None-Match"));
                    return !conditional
                            ? Answer.error(400, "InvalidRequest")
                            : times.incrementAndGet() < 3
                                    ? Answer.error(409, "ConditionalRequestConflict")
                                    : Answer.of(200, new byte[0], "ETag", "\"t\"");
                });
                S3BlobStore blobs = blobs(server.endpoint(), LONG)) {
            assertEquals(new BlobStore.PutResult(1, true, true), put(blobs, new byte[10]));
            assertEquals(3, times.get());
        }
    }

    private static Function<HttpExchange, Answer> parts(Function<String, Answer> part) {
        return exchange -> {
            if (exchange.getRequestMethod().equals("HEAD")) {
                return Answer.of(exchange.getRequestURI().getPath().equals("/cache") ? 200 : 404, new byte[0]);
            }
            String query = String.valueOf(exchange.getRequestURI().getQuery());
            if (query.startsWith("uploads")) {
                return Answer.ok(
                        "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>");
            }
            return exchange.getRequestMethod().equals("PUT") ? part.apply(query) : Answer.of(204, new byte[0]);
        };
    }

    @Test
    void anUploadOfWhichAPartFailsIsAborted() throws IOException {
        Path file = Files.write(folder.resolve("payload"), TestArtefacts.noise(5, 12 << 20));
        BlobSource source = new BlobSource.LocalFile(file, Files.size(file));
        try (ScriptedS3 server = new ScriptedS3(parts(query -> query.contains("partNumber=2")
                        ? Answer.error(500, "InternalError")
                        : Answer.of(200, new byte[0], "ETag", "\"p\"")));
                S3BlobStore blobs = blobs(server.endpoint(), LONG)) {
            assertEquals(
                    Reason.SERVER,
                    fault(() -> blobs.putAllIfAbsent(List.of(new BlobStore.Put(KEY, source))))
                            .reason());
            assertEquals("DELETE /cache/a/b?uploadId=u1", server.requests().getLast());
            assertTrue(server.requests().stream().noneMatch(r -> r.equals("POST /cache/a/b?uploadId=u1")));
        }
    }

    @Test
    void anUploadWhoseCallerIsToldToStopIsAbortedBehindItsLastPart() throws Exception {
        Path file = Files.write(folder.resolve("payload"), TestArtefacts.noise(8, 12 << 20));
        BlobSource source = new BlobSource.LocalFile(file, Files.size(file));
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch aborted = new CountDownLatch(1);
        Function<HttpExchange, Answer> script = parts(query -> {
            arrived.countDown();
            await(go);
            return Answer.of(200, new byte[0], "ETag", "\"p\"");
        });
        try (ScriptedS3 server = new ScriptedS3(exchange -> {
                    if (exchange.getRequestMethod().equals("DELETE")) {
                        aborted.countDown();
                    }
                    return script.apply(exchange);
                });
                S3BlobStore blobs = blobs(server.endpoint(), LONG)) {
            Thread caller = Thread.ofVirtual()
                    .start(() -> assertEquals(
                            Reason.TIMEOUT,
                            fault(() -> blobs.putAllIfAbsent(List.of(new BlobStore.Put(KEY, source))))
                                    .reason()));
            assertTrue(arrived.await(60, TimeUnit.SECONDS));
            caller.interrupt();
            caller.join(); // although its parts are still under way
            assertEquals(1, aborted.getCount());
            go.countDown();
            assertTrue(aborted.await(20, TimeUnit.SECONDS));
            assertTrue(server.requests().stream().noneMatch(r -> r.equals("POST /cache/a/b?uploadId=u1")));
        }
    }

    @Test
    void aFileThatIsNotWhatWasReceivedAnyMoreGetsNoName() throws IOException {
        byte[] bytes = TestArtefacts.noise(6, 12 << 20);
        byte[] small = TestArtefacts.noise(7, 2 << 20);
        try (ScriptedS3 server = new ScriptedS3(parts(query -> Answer.of(200, new byte[0], "ETag", "\"p\"")));
                S3BlobStore blobs = blobs(server.endpoint(), LONG)) {
            for (byte[] received : List.of(bytes, small)) {
                byte[] rotten = received.clone();
                rotten[rotten.length / 2] ^= 1;
                Path file = Files.write(folder.resolve("payload-" + received.length), rotten);
                BlobSource source =
                        new BlobSource.LocalFile(file, rotten.length).known(ManifestCodec.digestOf(received));
                assertThrows(
                        io.surfacefs.model.SurfaceException.class,
                        () -> blobs.putAllIfAbsent(List.of(new BlobStore.Put(KEY, source))));
            }
            assertEquals(
                    1,
                    server.requests().stream()
                            .filter(r -> r.startsWith("DELETE "))
                            .count());
            assertTrue(server.requests().stream().noneMatch(r -> r.startsWith("POST ") && r.contains("uploadId")));
            assertTrue(server.requests().stream().noneMatch(r -> r.equals("PUT /cache/a/b")));
        }
    }

    @Test
    void aStoreThatTakesNoNoticeOfConditionsIsFoundOut() throws IOException {
        byte[] body = {'{', '}'};
        try (ScriptedS3 server =
                        new ScriptedS3(exchange -> exchange.getRequestMethod().equals("GET")
                                ? Answer.of(200, body, "ETag", "\"t\"")
                                : Answer.of(200, new byte[0], "ETag", "\"t\""));
                S3BlobStore blobs = blobs(server.endpoint(), LONG)) {
            assertTrue(!blobs.keepsConditions(KEY));
        }
    }
}
