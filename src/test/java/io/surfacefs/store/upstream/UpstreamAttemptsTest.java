package io.surfacefs.store.upstream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.stub.ServerCallStreamObserver;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.grpc.v1.DeleteManifestResponse;
import io.surfacefs.grpc.v1.GetPayloadRequest;
import io.surfacefs.grpc.v1.GetPayloadResponse;
import io.surfacefs.grpc.v1.PutPayloadRequest;
import io.surfacefs.grpc.v1.PutPayloadResponse;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.StoreFault;
import io.surfacefs.store.TestArtefacts;
import io.surfacefs.store.faults.FaultSettings;
import io.surfacefs.store.faults.Faults;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An upstream that hangs at one call, and what becomes of its caller, who has patience for more than one attempt. */
class UpstreamAttemptsTest {
    private static final Duration ATTEMPT = Duration.ofSeconds(1);
    private static final Duration WHOLE = Duration.ofSeconds(30);

    private final ScriptedUpstream upstream = new ScriptedUpstream();
    private final AtomicInteger calls = new AtomicInteger();
    private Faults faults;
    private UpstreamStore bare;
    private ArtefactStore store;

    @BeforeEach
    void start() {
        bare = new UpstreamStore(
                new UpstreamSettings(
                        upstream.endpoint(),
                        null,
                        null,
                        null,
                        true,
                        new UpstreamSettings.Limits(Duration.ofSeconds(2), ATTEMPT, WHOLE)),
                TestArtefacts.CODEC,
                TestArtefacts.VERIFIER,
                Events.NONE,
                WHOLE);
        bare.probe();
        faults =
                Faults.open(new FaultSettings(WHOLE, 3, Duration.ofSeconds(5), 10), () -> {}, bare::probe, Events.NONE);
        store = faults.store(bare);
    }

    @AfterEach
    void stop() {
        store.close();
        faults.close();
        upstream.close();
    }

    private static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + WHOLE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "it never comes");
            Thread.onSpinWait();
        }
    }

    private static void whole(
            GetPayloadRequest request, ServerCallStreamObserver<GetPayloadResponse> call, byte[] stored) {
        call.onNext(ScriptedUpstream.info(request.getDigest(), stored, 1));
        call.onNext(ScriptedUpstream.chunk(stored, 0, stored.length));
        call.onCompleted();
    }

    @Test
    void aQuestionThatHangsIsAskedAgainWhileItsCallerStillWaits() {
        upstream.manifest =
                request -> calls.incrementAndGet() == 1 ? null : ScriptedUpstream.refusal(ErrorCode.NOT_FOUND);
        assertNull(store.manifest(TestArtefacts.key(new byte[1])));
        assertEquals(2, calls.get());
        until(() -> upstream.cancelled.get() == 1);
    }

    @Test
    void aPayloadThatDoesNotBeginIsAskedForAgainWhileItsCallerStillWaits() throws Exception {
        byte[] stored = TestArtefacts.noise(1, 10_000);
        upstream.payload = (request, call) -> {
            if (calls.incrementAndGet() > 1) {
                whole(request, call, stored);
            }
        };
        try (ArtefactStore.OpenPayload open = store.payload(TestArtefacts.key(stored))) {
            assertNotNull(open);
            byte[] got = new byte[stored.length];
            assertEquals(got.length, open.bytes().read(0, got, 0, got.length));
            assertArrayEquals(stored, got);
        }
        assertEquals(2, calls.get());
    }

    @Test
    void aPayloadThatStopsBehindItsFirstMessageIsAskedForAgain() throws Exception {
        byte[] stored = TestArtefacts.noise(2, 10_000);
        upstream.payload = (request, call) -> {
            if (calls.incrementAndGet() == 1) {
                call.onNext(ScriptedUpstream.info(request.getDigest(), stored, 1));
            } else {
                whole(request, call, stored);
            }
        };
        try (ArtefactStore.OpenPayload open = store.payload(TestArtefacts.key(stored))) {
            assertNotNull(open);
        }
        assertEquals(2, calls.get());
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"OVERLOADED", "STORE_TIMEOUT", "STORE_UNAVAILABLE", "INTERNAL"})
    void anAnswerAboutOneObjectKeepsNobodyFromTheOthers(ErrorCode code) {
        ArtefactKey bad = TestArtefacts.key(new byte[1]);
        upstream.manifest = request -> {
            calls.incrementAndGet();
            return ScriptedUpstream.refusal(
                    request.getDigest().equals(bad.digest().toString()) ? code : ErrorCode.NOT_FOUND);
        };
        assertThrows(StoreFault.class, () -> store.manifest(bad));
        assertEquals(3, calls.get());
        assertNull(store.manifest(TestArtefacts.key(new byte[2])));
        assertEquals(4, calls.get());
    }

    @Test
    void anUpstreamThatIsGoneIsLetAloneAfterOneCall() throws Exception {
        upstream.stop();
        assertThrows(StoreFault.class, () -> store.manifest(TestArtefacts.key(new byte[1])));
        assertEquals(
                StoreFault.Reason.OUT,
                assertThrows(StoreFault.class, () -> store.manifest(TestArtefacts.key(new byte[2])))
                        .reason());
    }

    /** Runs when an attempt at something else, begun together with this, would have been given up. */
    private void afterAnAttempt(Runnable work) {
        Thread.ofVirtual().start(() -> {
            // A question that nobody answers ends by itself when an attempt is over.
            upstream.manifest = request -> null;
            upstream.onCancel = work;
            assertThrows(StoreFault.class, () -> bare.manifest(TestArtefacts.key(new byte[1])));
        });
    }

    @Test
    void aDeleteIsWaitedForTheWholeTimeSinceItsAnswerTellsWhatWasThere() {
        upstream.delete = answer -> {
            calls.incrementAndGet();
            afterAnAttempt(() -> {
                answer.onNext(DeleteManifestResponse.getDefaultInstance());
                answer.onCompleted();
            });
        };
        assertTrue(store.delete(TestArtefacts.key(new byte[1])));
        assertEquals(1, calls.get());
    }

    @Test
    void anUploadIsWaitedForTheWholeTimeSinceTheUpstreamMakesItDurable() throws Exception {
        byte[] stored = TestArtefacts.noise(3, 10_000);
        ArtefactKey key = TestArtefacts.key(stored);
        CountDownLatch sent = new CountDownLatch(1);
        upstream.upload = call -> new io.grpc.stub.StreamObserver<>() {
            @Override
            public void onNext(PutPayloadRequest message) {
                calls.addAndGet(message.hasHeader() ? 1 : 0);
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onCompleted() {
                sent.countDown();
                afterAnAttempt(() -> {
                    call.onNext(PutPayloadResponse.newBuilder().setCreated(true).build());
                    call.onCompleted();
                });
            }
        };
        assertTrue(store.stage(
                key,
                new ArtefactStore.Received(
                        new BlobSource.Bytes(stored),
                        new StoredPayload(
                                MediaType.OCTET_STREAM, 1, stored.length, ManifestCodec.digestOf(stored), false))));
        assertTrue(sent.await(20, TimeUnit.SECONDS));
        assertEquals(1, calls.get());
    }
}
