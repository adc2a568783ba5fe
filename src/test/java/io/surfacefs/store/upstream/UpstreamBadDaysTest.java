package io.surfacefs.store.upstream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.surfacefs.codec.StoredBytes;
import io.surfacefs.grpc.v1.GetManifestResponse;
import io.surfacefs.grpc.v1.GetPayloadRequest;
import io.surfacefs.grpc.v1.GetPayloadResponse;
import io.surfacefs.grpc.v1.PutPayloadRequest;
import io.surfacefs.grpc.v1.PutPayloadResponse;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.StoreFault;
import io.surfacefs.store.StoreFault.Reason;
import io.surfacefs.store.TestArtefacts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An upstream that is wrong, slow, away or not the one that was meant, and what the caller gets then. */
class UpstreamBadDaysTest {
    private static final int SMALL = 10_000;
    private static final int LARGE = 3_000_000;

    @TempDir
    Path folder;

    private ScriptedUpstream upstream;
    private UpstreamStore store;

    @BeforeEach
    void start() {
        upstream = new ScriptedUpstream();
        store = open(upstream.endpoint(), null, null, Duration.ofSeconds(20), Duration.ofSeconds(30));
    }

    @AfterEach
    void stop() {
        store.close();
        upstream.close();
    }

    private static UpstreamStore open(URI endpoint, Path tokenFile, Tenant tenant, Duration attempt, Duration pause) {
        return open(endpoint, tokenFile, tenant, attempt, Duration.ofSeconds(2), pause);
    }

    private static UpstreamStore open(
            URI endpoint, Path tokenFile, Tenant tenant, Duration attempt, Duration total, Duration pause) {
        return new UpstreamStore(
                new UpstreamSettings(
                        endpoint,
                        null,
                        tokenFile,
                        tenant,
                        true,
                        new UpstreamSettings.Limits(Duration.ofSeconds(2), attempt, total)),
                TestArtefacts.CODEC,
                TestArtefacts.VERIFIER,
                Events.NONE,
                pause);
    }

    private static ArtefactKey key(byte[] bytes) {
        return TestArtefacts.key(bytes);
    }

    /** Waits a second for an answer, and is connected already. */
    private void impatient() {
        store.close();
        Duration second = Duration.ofSeconds(1);
        store = open(upstream.endpoint(), null, null, second, second, Duration.ofSeconds(30));
        store.probe();
    }

    /** Sends the part that is asked for, as the upstream should, of what it says that it has. */
    private static void honest(
            GetPayloadRequest request, ServerCallStreamObserver<GetPayloadResponse> call, byte[] stored) {
        call.onNext(ScriptedUpstream.info(request.getDigest(), stored, 1));
        part(request, call, stored);
        call.onCompleted();
    }

    private static void part(
            GetPayloadRequest request, ServerCallStreamObserver<GetPayloadResponse> call, byte[] bytes) {
        int from = (int) request.getOffset();
        int to = request.getLimit() == 0 ? bytes.length : (int) Math.min(bytes.length, from + request.getLimit());
        for (int at = from; at < to; at += 100_000) {
            call.onNext(ScriptedUpstream.chunk(bytes, at, Math.min(to, at + 100_000)));
        }
    }

    private static byte[] readAll(StoredBytes bytes) throws IOException {
        byte[] all = new byte[(int) bytes.size()];
        for (int at = 0; at < all.length; ) {
            at += bytes.read(at, all, at, Math.min(64_000, all.length - at));
        }
        return all;
    }

    private static SurfaceException failure(ErrorCode code, org.junit.jupiter.api.function.Executable work) {
        SurfaceException failure = assertThrows(SurfaceException.class, work);
        assertEquals(code, failure.code(), failure::toString);
        return failure;
    }

    private static void fault(Reason reason, org.junit.jupiter.api.function.Executable work) {
        StoreFault fault = assertThrows(StoreFault.class, work);
        assertEquals(reason, fault.reason(), fault::toString);
    }

    private static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "it never comes");
            LockSupport.parkNanos(5_000_000);
        }
    }

    @Test
    void wrongBytesOfASmallPayloadAreRefusedBeforeTheFirst() {
        byte[] stored = TestArtefacts.noise(1, SMALL);
        byte[] wrong = stored.clone();
        wrong[5_000] ^= 1;
        upstream.payload = (request, call) -> {
            call.onNext(ScriptedUpstream.info(request.getDigest(), stored, 1));
            part(request, call, wrong);
            call.onCompleted();
        };
        failure(ErrorCode.CORRUPT_OBJECT, () -> store.payload(key(stored)));
    }

    @Test
    void wrongBytesOfALargePayloadNeverComeWhole() throws IOException {
        byte[] stored = TestArtefacts.noise(2, LARGE);
        byte[] wrong = stored.clone();
        wrong[1_500_000] ^= 1;
        upstream.payload = (request, call) -> {
            call.onNext(ScriptedUpstream.info(request.getDigest(), stored, 1));
            part(request, call, wrong);
            call.onCompleted();
        };
        try (ArtefactStore.OpenPayload open = store.payload(key(stored))) {
            failure(ErrorCode.CORRUPT_OBJECT, () -> readAll(open.bytes()));
        }
    }

    @Test
    void aPayloadOfAnotherKeyIsNotServed() {
        byte[] stored = TestArtefacts.noise(3, SMALL);
        upstream.payload = (request, call) -> {
            call.onNext(ScriptedUpstream.info("sha256:" + "7".repeat(64), stored, 1));
            part(request, call, stored);
            call.onCompleted();
        };
        failure(ErrorCode.CORRUPT_OBJECT, () -> store.payload(key(stored)));
    }

    @Test
    void aManifestOfAnotherKeyIsNotServed() {
        byte[] mine = TestArtefacts.text(4, 100);
        byte[] other = TestArtefacts.text(5, 100);
        ArtefactStore.Received received = TestArtefacts.received(other);
        upstream.manifest = request -> GetManifestResponse.newBuilder()
                .setManifest(io.surfacefs.grpc.v1.ArtefactManifest.newBuilder()
                        .setJsonBytes(ByteString.copyFrom(TestArtefacts.filled(key(other), null)
                                .make(received.facts())
                                .canonical())))
                .build();
        assertEquals(key(other), store.manifest(key(other)).key());
        failure(ErrorCode.CORRUPT_OBJECT, () -> store.manifest(key(mine)));
    }

    @Test
    void whatIsReplacedBetweenTwoCallsIsNeverMixed() throws IOException {
        byte[] first = TestArtefacts.noise(6, LARGE);
        byte[] second = TestArtefacts.noise(7, LARGE);
        upstream.payload = (request, call) -> honest(request, call, upstream.asked.size() == 1 ? first : second);
        try (ArtefactStore.OpenPayload open = store.payload(key(first))) {
            fault(Reason.CHANGED, () -> readAll(open.bytes()));
        }
    }

    @Test
    void fewerAndMoreBytesThanAnnouncedAreNoAnswer() throws IOException {
        byte[] stored = TestArtefacts.noise(8, LARGE);
        upstream.payload = (request, call) -> {
            call.onNext(ScriptedUpstream.info(request.getDigest(), stored, 1));
            part(request, call, request.getOffset() == 0 ? stored : Arrays.copyOf(stored, LARGE - 1));
            call.onCompleted();
        };
        try (ArtefactStore.OpenPayload open = store.payload(key(stored))) {
            fault(Reason.PARTIAL_BODY, () -> readAll(open.bytes()));
        }
        upstream.payload = (request, call) -> {
            call.onNext(ScriptedUpstream.info(request.getDigest(), stored, 1));
            part(request, call, stored);
            call.onNext(ScriptedUpstream.chunk(stored, 0, 1));
            call.onCompleted();
        };
        fault(Reason.REFUSED, () -> store.payload(key(stored)));
        upstream.payload = (request, call) -> {
            call.onNext(ScriptedUpstream.chunk(stored, 0, 1));
            call.onCompleted();
        };
        fault(Reason.REFUSED, () -> store.payload(key(stored)));
        upstream.payload = (request, call) -> call.onCompleted();
        fault(Reason.REFUSED, () -> store.payload(key(stored)));
    }

    @Test
    void aBodyThatStallsOrBreaksOffIsToldInTimeAndCanBeReadOnWhenItIsBack() throws IOException {
        impatient();
        byte[] stored = TestArtefacts.noise(9, LARGE);
        AtomicInteger mood = new AtomicInteger();
        upstream.payload = (request, call) -> {
            if (request.getOffset() == 0 || mood.get() == 2) {
                honest(request, call, stored);
                return;
            }
            call.onNext(ScriptedUpstream.info(request.getDigest(), stored, 1));
            int from = (int) request.getOffset();
            call.onNext(ScriptedUpstream.chunk(stored, from, from + 50_000));
            if (mood.get() == 1) {
                call.onError(Status.UNAVAILABLE.asRuntimeException());
            }
        };
        try (ArtefactStore.OpenPayload open = store.payload(key(stored))) {
            fault(Reason.TIMEOUT, () -> readAll(open.bytes()));
            until(() -> upstream.cancelled.get() == 1);
            mood.set(1);
            fault(Reason.PARTIAL_BODY, () -> readAll(open.bytes()));
            mood.set(2);
            assertArrayEquals(stored, readAll(open.bytes()));
        }
    }

    @Test
    void anUpstreamThatNeverAnswersIsWaitedForOnlySoLong() {
        impatient();
        fault(Reason.TIMEOUT, () -> store.manifest(key(new byte[1])));
        assertTrue(upstream.deadline);
        fault(Reason.TIMEOUT, () -> store.payload(key(new byte[1])));
        until(() -> upstream.cancelled.get() == 2);
    }

    @Test
    void aCallerThatGoesAwayEndsTheUpstreamsCall() throws Exception {
        byte[] stored = TestArtefacts.noise(10, LARGE);
        upstream.payload = (request, call) -> {
            if (request.getOffset() == 0) {
                honest(request, call, stored);
            } else {
                call.onNext(ScriptedUpstream.info(request.getDigest(), stored, 1));
                call.onNext(ScriptedUpstream.chunk(stored, 262_144, 300_000));
            }
        };
        store.close();
        store = open(upstream.endpoint(), null, null, Duration.ofSeconds(30), Duration.ofSeconds(30));
        ArtefactStore.OpenPayload open = store.payload(key(stored));
        byte[] some = new byte[100];
        assertTrue(open.bytes().read(262_144, some, 0, 100) > 0);
        open.close();
        until(() -> upstream.cancelled.get() == 1);
        assertThrows(IOException.class, () -> open.bytes().read(262_244, some, 0, 100));

        // One that waits for an answer, by the call over gRPC that it serves.
        CountDownLatch asked = new CountDownLatch(1);
        upstream.manifest = request -> {
            asked.countDown();
            return null;
        };
        Context.CancellableContext caller = Context.current().withCancellation();
        FutureTask<SurfaceException> waiting =
                new FutureTask<>(() -> failure(ErrorCode.STORE_UNAVAILABLE, () -> store.manifest(key(stored))));
        Thread.ofVirtual().start(caller.wrap((Runnable) waiting));
        assertTrue(asked.await(10, TimeUnit.SECONDS));
        caller.cancel(null);
        until(() -> upstream.cancelled.get() == 2);
        assertTrue(waiting.get(10, TimeUnit.SECONDS).getMessage().contains("nobody waits"));
    }

    @Test
    void aReaderWhoPausesHoldsTheUpstreamBackAndThenNothing() throws IOException {
        byte[] stored = TestArtefacts.noise(11, 30_000_000);
        AtomicLong sent = new AtomicLong();
        upstream.payload = (request, call) -> {
            call.onNext(ScriptedUpstream.info(request.getDigest(), stored, 1));
            AtomicInteger at = new AtomicInteger((int) request.getOffset());
            int to = request.getLimit() == 0 ? stored.length : at.get() + (int) request.getLimit();
            AtomicInteger done = new AtomicInteger();
            Runnable more = () -> {
                while (call.isReady() && at.get() < to) {
                    int next = Math.min(to, at.get() + 100_000);
                    call.onNext(ScriptedUpstream.chunk(stored, at.get(), next));
                    sent.addAndGet(next - at.get());
                    at.set(next);
                }
                if (at.get() == to && done.getAndIncrement() == 0) {
                    call.onCompleted();
                }
            };
            call.setOnReadyHandler(more);
            more.run();
        };
        store.close();
        store = open(upstream.endpoint(), null, null, Duration.ofSeconds(30), Duration.ofMillis(200));
        try (ArtefactStore.OpenPayload open = store.payload(key(stored))) {
            byte[] read = new byte[stored.length];
            int at = 0;
            while (at < read.length && !isForTheRest(upstream.asked.getLast(), stored)) {
                at += open.bytes().read(at, read, at, Math.min(100_000, read.length - at));
            }
            int taken = at;
            until(() -> upstream.cancelled.get() == 1);
            assertTrue(sent.get() - taken < 1_500_000, "sent ahead: " + (sent.get() - taken));
            assertArrayEquals(stored, readAll(open.bytes()));
        }
    }

    private static boolean isForTheRest(GetPayloadRequest request, byte[] stored) {
        return request.getOffset() + request.getLimit() == stored.length;
    }

    private static ArtefactStore.Received upload(byte[] stored, Digest said) {
        return new ArtefactStore.Received(
                new BlobSource.Bytes(stored), new StoredPayload(MediaType.OCTET_STREAM, 1, stored.length, said, false));
    }

    private static StreamObserver<PutPayloadRequest> ignoring() {
        return new StreamObserver<>() {
            @Override
            public void onNext(PutPayloadRequest message) {}

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onCompleted() {}
        };
    }

    @Test
    void anUploadGoesNoFasterThanItIsTakenAndNotForEver() {
        impatient();
        byte[] stored = TestArtefacts.noise(12, 20_000_000);
        AtomicLong taken = new AtomicLong();
        upstream.upload = call -> {
            call.disableAutoRequest();
            call.request(3);
            return new StreamObserver<>() {
                @Override
                public void onNext(PutPayloadRequest message) {
                    taken.addAndGet(message.getChunk().size());
                }

                @Override
                public void onError(Throwable failure) {
                    upstream.cancelled.incrementAndGet();
                }

                @Override
                public void onCompleted() {}
            };
        };
        fault(Reason.TIMEOUT, () -> store.stage(key(stored), upload(stored, new Digest("1".repeat(64)))));
        until(() -> upstream.cancelled.get() == 1);
        assertTrue(taken.get() < 1_000_000, "taken: " + taken);
    }

    @Test
    void anUploadThatTheUpstreamRefusesInTheMiddleEndsThere() {
        byte[] stored = TestArtefacts.noise(13, 20_000_000);
        for (Map.Entry<ErrorCode, ErrorCode> refusal : Map.of(
                        ErrorCode.PAYLOAD_TOO_LARGE, ErrorCode.PAYLOAD_TOO_LARGE,
                        ErrorCode.QUOTA_EXCEEDED, ErrorCode.QUOTA_EXCEEDED,
                        // It was verified here: what the upstream got is not what was sent.
                        ErrorCode.DIGEST_MISMATCH, ErrorCode.STORE_UNAVAILABLE)
                .entrySet()) {
            upstream.upload = call -> {
                call.onError(ScriptedUpstream.refusal(refusal.getKey()));
                return ignoring();
            };
            failure(refusal.getValue(), () -> store.stage(key(stored), upload(stored, new Digest("1".repeat(64)))));
        }
    }

    @Test
    void bytesThatChangedOnTheirWayOutAreToldByTheirDigest() {
        AtomicInteger right = new AtomicInteger();
        byte[] stored = TestArtefacts.noise(14, 500_000);
        Digest digest = io.surfacefs.codec.ManifestCodec.digestOf(stored);
        upstream.upload = call -> new StreamObserver<>() {
            @Override
            public void onNext(PutPayloadRequest message) {
                if (message.hasHeader()
                        && message.getHeader()
                                .getContentDigestMap()
                                .get("sha-256")
                                .equals(ByteString.copyFrom(digest.bytes()))) {
                    right.incrementAndGet();
                }
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onCompleted() {
                call.onNext(PutPayloadResponse.newBuilder().setCreated(true).build());
                call.onCompleted();
            }
        };
        assertTrue(store.stage(key(stored), upload(stored, digest)));
        assertEquals(1, right.get());
    }

    @Test
    void eachOfTheUpstreamsCodesHasItsMeaning() {
        Map<ErrorCode, Reason> faults = new EnumMap<>(Map.of(
                ErrorCode.UNAUTHENTICATED, Reason.CREDENTIALS,
                ErrorCode.PERMISSION_DENIED, Reason.FORBIDDEN,
                ErrorCode.TENANT_MISMATCH, Reason.FORBIDDEN,
                ErrorCode.TENANT_REQUIRED, Reason.FORBIDDEN,
                ErrorCode.OVERLOADED, Reason.THROTTLED,
                ErrorCode.STORE_UNAVAILABLE, Reason.SERVER,
                ErrorCode.INTERNAL, Reason.SERVER,
                ErrorCode.STORE_TIMEOUT, Reason.LATE,
                ErrorCode.DISK_FULL, Reason.FULL));
        for (ErrorCode code : ErrorCode.values()) {
            upstream.manifest = request -> ScriptedUpstream.refusal(code);
            if (code == ErrorCode.NOT_FOUND) {
                assertNull(store.manifest(key(new byte[1])));
            } else if (faults.containsKey(code)) {
                fault(faults.get(code), () -> store.manifest(key(new byte[1])));
            } else {
                SurfaceException told = failure(code, () -> store.manifest(key(new byte[1])));
                assertEquals("said the upstream", told.getMessage());
            }
        }
    }

    @Test
    void whoeverIsNoSurfaceFsNeverSaysThatSomethingIsNotThere() {
        Map<Status, Reason> statuses = Map.of(
                Status.NOT_FOUND, Reason.REFUSED,
                Status.UNIMPLEMENTED, Reason.REFUSED,
                Status.UNAVAILABLE, Reason.UNREACHABLE,
                Status.UNAUTHENTICATED, Reason.CREDENTIALS,
                Status.PERMISSION_DENIED, Reason.FORBIDDEN,
                Status.RESOURCE_EXHAUSTED, Reason.THROTTLED,
                Status.INTERNAL, Reason.SERVER,
                Status.DEADLINE_EXCEEDED, Reason.TIMEOUT);
        statuses.forEach((status, reason) -> {
            upstream.manifest = request -> status.asRuntimeException();
            fault(reason, () -> store.manifest(key(new byte[1])));
        });
        upstream.manifest = request -> Status.DATA_LOSS.asRuntimeException();
        failure(ErrorCode.CORRUPT_OBJECT, () -> store.manifest(key(new byte[1])));
    }

    @Test
    void theTokenGoesAlongAndItsSuccessorToo() throws IOException {
        store.probe();
        assertNull(upstream.authorization.get());
        store.close();
        Path token = Files.writeString(folder.resolve("token"), "first\n");
        store = open(upstream.endpoint(), token, TestArtefacts.ACME, Duration.ofSeconds(1), Duration.ofSeconds(1));
        store.probe();
        assertEquals("Bearer first", upstream.authorization.get());
        Files.writeString(token, "second");
        until(() -> {
            store.probe();
            return upstream.authorization.get().equals("Bearer second");
        });
        Files.delete(token);
        until(() -> {
            try {
                store.probe();
                return false;
            } catch (StoreFault e) {
                assertFalse(String.valueOf(e.hint()).contains("second"));
                return e.reason() == Reason.NO_CREDENTIALS;
            }
        });
    }

    @Test
    void whileNobodyIsThereEverybodyIsToldAtOnceAndItIsFoundWhenItIsBack() throws Exception {
        store.probe();
        upstream.stop();
        for (int i = 0; i < 20; i++) {
            fault(Reason.UNREACHABLE, store::probe);
        }
        upstream.restart();
        until(() -> {
            try {
                store.probe();
                return true;
            } catch (StoreFault e) {
                return false;
            }
        });
        assertEquals(List.of(key(new byte[1])), store.missing(List.of(key(new byte[1]))));
    }
}
