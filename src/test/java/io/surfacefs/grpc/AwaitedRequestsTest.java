package io.surfacefs.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.surfacefs.grpc.v1.GetManifestRequest;
import io.surfacefs.grpc.v1.PutPayloadRequest;
import io.surfacefs.grpc.v1.SurfaceFsGrpc;
import io.surfacefs.service.UploadPace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A clock of the test's own, calls that only write down what is done with them, and a pace of 10 bytes a second. */
class AwaitedRequestsTest {
    private long now = TimeUnit.DAYS.toNanos(-1);
    private long arrived;
    private final HeldBack held = new HeldBack(() -> now);
    private AwaitedRequests awaited = awaiting(Duration.ofHours(1));
    private final List<Runnable> loop = new ArrayList<>();
    private final List<String> events = new ArrayList<>();

    private AwaitedRequests awaiting(Duration longest) {
        return new AwaitedRequests(() -> new UploadPace(Duration.ofSeconds(60), 10), () -> now, longest.toNanos());
    }

    private final class Call<Q, R> extends ServerCall<Q, R> {
        private final MethodDescriptor<Q, R> method;

        Call(MethodDescriptor<Q, R> method) {
            this.method = method;
        }

        @Override
        public void request(int messages) {
            events.add("request " + messages);
        }

        @Override
        public void sendHeaders(Metadata headers) {
            events.add("headers");
        }

        @Override
        public void sendMessage(R message) {
            events.add("answer");
        }

        @Override
        public void close(Status status, Metadata trailers) {
            events.add("close " + status.getCode());
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public MethodDescriptor<Q, R> getMethodDescriptor() {
            return method;
        }
    }

    private final class Listener<Q> extends ServerCall.Listener<Q> {
        @Override
        public void onMessage(Q message) {
            events.add("message");
        }

        @Override
        public void onHalfClose() {
            events.add("end");
        }

        @Override
        public void onCancel() {
            events.add("cancel");
        }

        @Override
        public void onComplete() {
            events.add("complete");
        }
    }

    /** The call as its work sees it, and as the network does. */
    private record Started<Q, R>(ServerCall<Q, R> call, ServerCall.Listener<Q> listener) {}

    private <Q, R> Started<Q, R> start(MethodDescriptor<Q, R> method) {
        List<ServerCall<Q, R>> seen = new ArrayList<>();
        ServerCall.Listener<Q> listener = awaited.start(
                new Call<>(method),
                new Metadata(),
                (call, headers) -> {
                    seen.add(call);
                    return new Listener<>();
                },
                () -> arrived,
                held,
                loop::add);
        return new Started<>(seen.getFirst(), listener);
    }

    private void passes(long seconds) {
        now += TimeUnit.SECONDS.toNanos(seconds);
        awaited.look();
        loop.forEach(Runnable::run);
        loop.clear();
    }

    @Test
    void aRequestThatNeverComesEndsItsCallOnceAndNothingMoreIsHeardOfIt() {
        Started<GetManifestRequest, ?> call = start(SurfaceFsGrpc.getGetManifestMethod());
        call.call().request(2);
        passes(59);
        assertEquals(1, awaited.size());
        passes(1);
        call.listener().onMessage(GetManifestRequest.getDefaultInstance());
        call.listener().onHalfClose();
        call.call().close(Status.OK, new Metadata());
        passes(100);
        call.listener().onComplete();
        assertEquals(List.of("request 2", "close INVALID_ARGUMENT", "complete"), events);
        assertEquals(0, awaited.size());
    }

    @Test
    void theTimeInWhichWeHoldTheConnectionBackIsNotHeldAgainstAClient() {
        Started<GetManifestRequest, ?> call = start(SurfaceFsGrpc.getGetManifestMethod());
        call.call().request(2);
        passes(40);
        held.begin();
        passes(3600);
        held.end();
        passes(19);
        assertEquals(List.of("request 2"), events);
        passes(1);
        assertEquals(List.of("request 2", "close INVALID_ARGUMENT"), events);
    }

    @Test
    void theTimeInWhichTheProcessItselfStoodIsNotHeldAgainstAClient() {
        awaited = awaiting(Duration.ofSeconds(20));
        Started<GetManifestRequest, ?> call = start(SurfaceFsGrpc.getGetManifestMethod());
        call.call().request(2);
        passes(3600);
        passes(20);
        assertEquals(List.of("request 2"), events);
        passes(20);
        assertEquals(List.of("request 2", "close INVALID_ARGUMENT"), events);
    }

    @Test
    void aRequestIsAwaitedAsLongAsEnoughOfItComes() {
        Started<GetManifestRequest, ?> call = start(SurfaceFsGrpc.getGetManifestMethod());
        call.call().request(2);
        for (int i = 0; i < 10; i++) {
            arrived += 600;
            passes(60);
        }
        assertEquals(List.of("request 2"), events);
        arrived += 599;
        passes(60);
        assertEquals(List.of("request 2", "close INVALID_ARGUMENT"), events);
    }

    @Test
    void timeCountsOnlyFromWhenTheRequestIsAskedFor() {
        Started<GetManifestRequest, ?> call = start(SurfaceFsGrpc.getGetManifestMethod());
        passes(1000);
        call.call().request(2);
        passes(59);
        call.listener().onMessage(GetManifestRequest.getDefaultInstance());
        call.listener().onHalfClose();
        passes(1000);
        assertEquals(List.of("request 2", "message", "end"), events);
        assertEquals(0, awaited.size());
    }

    @Test
    void oneRequestIsAwaitedToTheClientsEndOfIt() {
        Started<GetManifestRequest, ?> call = start(SurfaceFsGrpc.getGetManifestMethod());
        call.call().request(2);
        call.listener().onMessage(GetManifestRequest.getDefaultInstance());
        passes(60);
        call.listener().onHalfClose();
        assertEquals(List.of("request 2", "message", "close INVALID_ARGUMENT"), events);
    }

    @Test
    void ofAStreamTheFirstMessageIsAwaitedAndNoOther() {
        Started<PutPayloadRequest, ?> call = start(SurfaceFsGrpc.getPutPayloadMethod());
        call.call().request(1);
        call.listener().onMessage(PutPayloadRequest.getDefaultInstance());
        passes(1000);
        assertEquals(List.of("request 1", "message"), events);
        Started<PutPayloadRequest, ?> empty = start(SurfaceFsGrpc.getPutPayloadMethod());
        empty.call().request(1);
        passes(60);
        assertEquals(List.of("request 1", "message", "request 1", "close INVALID_ARGUMENT"), events);
    }

    @Test
    void aCallThatEndsOtherwiseIsAwaitedNoMore() {
        for (int i = 0; i < 3; i++) {
            Started<PutPayloadRequest, ?> call = start(SurfaceFsGrpc.getPutPayloadMethod());
            call.call().request(1);
            assertEquals(1, awaited.size());
            switch (i) {
                case 0 -> call.call().close(Status.PERMISSION_DENIED, new Metadata());
                case 1 -> call.listener().onCancel();
                default -> call.listener().onComplete();
            }
            assertEquals(0, awaited.size());
        }
        passes(1000);
        assertEquals(
                List.of("request 1", "close PERMISSION_DENIED", "request 1", "cancel", "request 1", "complete"),
                events);
    }
}
