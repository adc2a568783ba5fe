package io.surfacefs.grpc;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.quarkus.runtime.ShutdownEvent;
import io.surfacefs.access.Access;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.OnBehalf;
import io.surfacefs.ops.Trace;
import io.surfacefs.service.ClientPace;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Runs the work of calls, each on a virtual thread of its own and never on the network's, and ends each with an answer
 * or an error. Methods are called on the thread on which a call comes in and return at once. Thread-safe.
 */
@Singleton
public class Calls {
    /** How long a client may take nothing of what it asked for. */
    private static final Duration STALL_LIMIT = Duration.ofMinutes(2);

    /**
     * How long running calls may take to their end once the program is told to stop; the usual grace of a pod is 30 s.
     */
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(15);

    private final Access access;
    private final ClientPace pace;
    private final Running running = new Running();
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("grpc-", 0).factory());

    @Inject
    Calls(Access access, ClientPace pace) {
        this.access = access;
        this.pace = pace;
    }

    /** Lets running calls come to their end before the server closes; new ones are refused meanwhile. */
    void drain(@Observes ShutdownEvent stop) {
        running.drain(DRAIN_LIMIT);
    }

    @PreDestroy
    void close() {
        threads.shutdown();
    }

    /** Work with one answer. */
    interface Unary<R> {
        R run(Admission who) throws IOException;
    }

    /** Work with a stream of answers. */
    interface Streaming<R> {
        void run(Admission who, Outbox<R> outbox) throws IOException;
    }

    /** Work on an upload. */
    interface Receiving<H, R> {
        R run(Admission who, H header, UploadBody body) throws IOException;
    }

    /** Answers a call that has one request and one answer. */
    <R> void unary(StreamObserver<R> observer, Unary<R> work) {
        ServerCallStreamObserver<R> call = call(observer);
        Admission who = Admission.current(access);
        // Without a handler, an answer to a client that has gone would be an exception.
        Runnable closed = running.begin(() -> {});
        call.setOnCancelHandler(closed);
        call.setOnCloseHandler(closed);
        start(call, who, Context.current(), () -> work.run(who));
    }

    /** Answers a call that has one request and a stream of answers. */
    <R> void stream(StreamObserver<R> observer, Streaming<R> work) {
        ServerCallStreamObserver<R> call = call(observer);
        Admission who = Admission.current(access);
        Outbox<R> outbox = new Outbox<>(call, STALL_LIMIT);
        Runnable closed = running.begin(outbox::wake);
        call.setOnCancelHandler(closed);
        call.setOnCloseHandler(closed);
        start(call, who, Context.current(), () -> {
            work.run(who, outbox);
            return null;
        });
    }

    /** Receives an upload: the work starts with the header and reads the chunks as they come. */
    <M, H, R> StreamObserver<M> receive(
            StreamObserver<R> observer, UploadReceiver.Parts<M, H> parts, Receiving<H, R> work) {
        ServerCallStreamObserver<R> call = call(observer);
        Admission who = Admission.current(access);
        call.disableAutoRequest();
        Context context = Context.current();
        WireBytes wire = WireBytes.current();
        UploadBody body = new UploadBody(() -> call.request(1), pace.upload(), wire::count, wire.connection());
        UploadReceiver<M, H> receiver = new UploadReceiver<>(
                parts,
                body,
                header -> start(call, who, context, () -> upload(work, who, header, body)),
                failure -> call.onError(Errors.of(failure)));
        Runnable closed = running.begin(receiver::gone);
        call.setOnCancelHandler(closed);
        call.setOnCloseHandler(closed);
        call.request(1);
        return receiver;
    }

    /**
     * Starts work on a thread of its own.
     *
     * @param context that of the call: what the work asks of others over gRPC ends with the call, and by its deadline
     */
    private <R> void start(ServerCallStreamObserver<R> call, Admission who, Context context, Answering<R> work) {
        if (running.isStopping()) {
            call.onError(Errors.of(new SurfaceException(ErrorCode.OVERLOADED, "the server is stopping")));
            return;
        }
        Runnable done = running.begin(() -> {});
        threads.execute(context.wrap(() -> {
            Trace.enter(CallIdentity.origin());
            if (access.passesOn()) {
                OnBehalf.of(CallIdentity.authorization());
            }
            try {
                end(call, who, work);
            } finally {
                done.run();
            }
        }));
    }

    private static <H, R> R upload(Receiving<H, R> work, Admission who, H header, UploadBody body) throws IOException {
        try (body) {
            return work.run(who, header, body);
        } catch (IOException | RuntimeException e) {
            // What the client did wrong in the stream explains whatever the reading of it came to.
            RuntimeException cause = body.failure();
            if (cause != null) {
                throw cause;
            }
            throw e;
        }
    }

    private interface Answering<R> {
        @Nullable R run() throws IOException;
    }

    private static <R> void end(ServerCallStreamObserver<R> call, Admission who, Answering<R> work) {
        try {
            R answer = work.run();
            who.ended(null);
            if (answer != null) {
                call.onNext(answer);
            }
            call.onCompleted();
        } catch (CallGone e) {
            call.onError(Status.CANCELLED.withDescription(e.getMessage()).asRuntimeException());
        } catch (Throwable e) { // also an Error: whoever waits must not wait for ever
            who.ended(e instanceof SurfaceException refusal ? refusal.code() : ErrorCode.INTERNAL);
            call.onError(Errors.of(e));
        }
    }

    private static <R> ServerCallStreamObserver<R> call(StreamObserver<R> observer) {
        return (ServerCallStreamObserver<R>) observer;
    }
}
