package io.surfacefs.rest;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.surfacefs.access.Access;
import io.surfacefs.access.Caller;
import io.surfacefs.access.Right;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.Audit;
import io.surfacefs.ops.OnBehalf;
import io.surfacefs.ops.Trace;
import io.surfacefs.service.UploadPace;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.impl.BufferImpl;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One request and its answer, as the resources see them. Used from one thread at a time. */
final class Exchange {
    private static final String KEY = Exchange.class.getName();
    /** What is left of a refused body is read away up to this, so that the connection can be kept. */
    private static final long SMALL_BODY = 1 << 20;
    /** How long a client may go on sending behind a refusal before the connection is closed on it. */
    private static final long LINGER_MILLIS = 5_000;

    /** Error codes of HTTP/2. */
    private static final long NO_ERROR = 0;

    private static final long INTERNAL_ERROR = 2;

    private final RoutingContext context;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final BodyStream body;
    private @Nullable Caller caller;
    private @Nullable String tenant;
    private boolean deletes;
    private Trace.@Nullable Origin origin;

    private Exchange(RoutingContext context) {
        this.context = context;
        this.request = context.request();
        this.response = context.response();
        this.body = new BodyStream(request);
    }

    /** The exchange of a request, made once. */
    static Exchange of(RoutingContext context) {
        Exchange exchange = context.get(KEY);
        if (exchange == null) {
            exchange = new Exchange(context);
            context.put(KEY, exchange);
        }
        return exchange;
    }

    /** The exchange of a caller who may do the operator's work, and is answered in JSON. */
    static Exchange ofOperator(RoutingContext context, Access access) {
        Exchange exchange = of(context);
        access.admitOperator(exchange.caller());
        Negotiation.json(exchange.headers("Accept"));
        return exchange;
    }

    HttpServerRequest request() {
        return request;
    }

    HttpServerResponse response() {
        return response;
    }

    /** The body, read as the client sends it. */
    BodyStream body() {
        return body;
    }

    /** All values of a header field. */
    List<String> headers(CharSequence name) {
        return request.headers().getAll(name);
    }

    /**
     * The value of a field that may stand once, or null.
     *
     * @throws SurfaceException {@code INVALID_ARGUMENT} when it stands more than once
     */
    @Nullable String header(CharSequence name) {
        List<String> values = headers(name);
        if (values.size() > 1) {
            throw new SurfaceException(ErrorCode.INVALID_ARGUMENT, "the header " + name + " was sent more than once");
        }
        return values.isEmpty() ? null : values.getFirst();
    }

    /** Says how fast the client has to send its body. */
    void paced(UploadPace pace) {
        body.pace(pace);
    }

    /** Keeps who asks. */
    void identified(Caller who) {
        caller = who;
    }

    private Caller caller() {
        if (caller == null) {
            throw new SurfaceException(ErrorCode.UNAUTHENTICATED, "nobody knows who is asking");
        }
        return caller;
    }

    /** Admits the caller to the tenant of the path. */
    TenantAccess admit(Access access, String tenant, Right right) {
        this.tenant = tenant;
        TenantAccess admitted = access.admit(caller(), tenant, asserted(request), right);
        // On an event loop nothing is asked of a store; the threads that resources run on live for one request.
        if (Thread.currentThread().isVirtual()) {
            Trace.enter(origin());
            if (access.passesOn()) {
                OnBehalf.of(request.getHeader(HttpHeaders.AUTHORIZATION));
            }
        }
        return admitted;
    }

    /** The tenants that headers assert. */
    static List<String> asserted(HttpServerRequest request) {
        List<String> stella = request.headers().getAll("X-Stella-Tenant");
        List<String> stellaOps = request.headers().getAll("X-StellaOps-Tenant");
        if (stella.isEmpty()) {
            return stellaOps;
        }
        List<String> all = new ArrayList<>(stella);
        all.addAll(stellaOps);
        return all;
    }

    /** Sends a whole answer of JSON and waits until it has gone. */
    void json(int status, byte[] json) throws IOException {
        response.headers().set(HttpHeaders.CONTENT_TYPE, "application/json");
        send(status, json);
    }

    /** Sends a whole answer and waits until it has gone; a HEAD gets its header only. */
    void send(int status, byte[] bytes) throws IOException {
        response.setStatusCode(status);
        response.headers().set(HttpHeaders.CONTENT_LENGTH, Integer.toString(bytes.length));
        end(bytes, 0, bytes.length);
    }

    /** Answers that something was deleted. */
    void deleted() throws IOException {
        tellOfDeletion();
        empty(204);
    }

    /** From here on the call may drop what is stored, so that the audit hears of it also if it fails. */
    void deletes() {
        deletes = true;
    }

    /** Tells the audit of a call that has dropped what was stored, whatever its method. */
    void tellOfDeletion() {
        audit(true, null);
    }

    /** Sends an answer without a body. */
    void empty(int status) throws IOException {
        response.setStatusCode(status);
        if (status != 204 && status != 304) {
            response.headers().set(HttpHeaders.CONTENT_LENGTH, "0");
        }
        end(new byte[0], 0, 0);
    }

    /** Ends the answer whose status and header stand, with part of an array (nothing of it for a HEAD). */
    void end(byte[] bytes, int offset, int length) throws IOException {
        end(Unpooled.wrappedBuffer(bytes, offset, length), () -> {});
    }

    /** As {@link #end(byte[], int, int)}; {@code gone} is called when nobody looks at the bytes any more. */
    void end(ByteBuf bytes, Runnable gone) throws IOException {
        boolean linger = closeBehindRefusal();
        Future<Void> written = HttpMethod.HEAD.equals(request.method()) || !bytes.isReadable()
                ? response.end()
                : response.end(BufferImpl.buffer(bytes));
        written.onComplete(done -> {
            gone.run();
            if (linger) {
                linger();
            }
        });
        // The framework touches the header map once more when the resource returns, so the bytes must have gone by
        // then.
        if (!Context.isOnEventLoopThread()) {
            ResponseStream.await(written);
        }
    }

    /** Refuses a request that no resource takes: 405 where the route is known, else 404. */
    void unrouted() throws IOException {
        String allowed = Routes.allowed(request.path());
        fail(Problem.ofStatus(allowed == null ? 404 : 405), HttpHeaders.ALLOW, allowed);
    }

    /** Answers what the route takes; the framework would name what its neighbours take too. */
    void options() throws IOException {
        String allowed = Routes.allowed(request.path());
        if (allowed == null) {
            unrouted();
        } else {
            response.headers().set(HttpHeaders.ALLOW, allowed);
            empty(204);
        }
    }

    /** Sends a problem, or cuts the connection where an answer has begun: half an answer must not look whole. */
    void fail(Problem problem) throws IOException {
        boolean range = problem.code() == ErrorCode.RANGE_NOT_SATISFIABLE;
        String contentRange = range ? response.headers().get(HttpHeaders.CONTENT_RANGE) : null;
        fail(problem, HttpHeaders.CONTENT_RANGE, contentRange);
    }

    private void fail(Problem problem, CharSequence field, @Nullable String value) throws IOException {
        if (response.headWritten()) {
            cut();
            return;
        }
        response.headers().clear();
        EveryAnswer.begin(response);
        response.setChunked(false);
        if (value != null) {
            response.headers().set(field, value);
        }
        if (problem.code() == ErrorCode.UNAUTHENTICATED) {
            response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
        }
        audit(deletes || HttpMethod.DELETE.equals(request.method()), problem.code());
        if (problem.retryAfterSeconds() > 0) {
            response.headers().set(HttpHeaders.RETRY_AFTER, Long.toString(problem.retryAfterSeconds()));
        }
        response.headers().set(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE);
        send(problem.status(), problem.json(traceId()));
    }

    private void audit(boolean deletes, @Nullable ErrorCode code) {
        String subject = caller == null ? null : caller.subject();
        Audit.tell(subject, tenant, request.method() + " " + request.path(), deletes, code);
    }

    /** The name of this request in problem details and logs. */
    String traceId() {
        return origin().id();
    }

    private Trace.Origin origin() {
        Trace.Origin known = origin;
        if (known == null) {
            known = Trace.incoming(request.getHeader("traceparent"), request.getHeader("tracestate"));
            origin = known;
        }
        return known;
    }

    /** Ends the connection (the stream, in HTTP/2) at once, whatever is still to be written. */
    void cut() {
        if (http2()) {
            // Never by NO_ERROR, which some clients take for the end of a whole answer.
            response.reset(INTERNAL_ERROR);
        } else if (request.connection() instanceof ConnectionBase connection) {
            // Not the polite close, which flushes first: a last chunk written behind it would make the answer look
            // whole.
            connection.channel().close().awaitUninterruptibly(LINGER_MILLIS);
        }
    }

    /**
     * Whether the client is still sending a body that nobody will read. Closing at once would reset the connection and
     * could take the answer from the client, so it is told, may finish for a while, and is then closed on (in HTTP/2:
     * its stream alone is ended, RFC 9113 section 8.1).
     */
    private boolean closeBehindRefusal() {
        if (request.isEnded() || body.exhausted() || !FrontDoor.mayHaveBody(request)) {
            return false;
        }
        if (!waitsForLeave() && declaredLength() <= SMALL_BODY) {
            body.discard(() -> {});
            return false;
        }
        if (!http2()) {
            response.headers().set(HttpHeaders.CONNECTION, "close");
        }
        return true;
    }

    private boolean http2() {
        return request.version() == HttpVersion.HTTP_2;
    }

    private boolean waitsForLeave() {
        return request.headers().contains(HttpHeaders.EXPECT) && !body.started();
    }

    private long declaredLength() {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null
                    ? http2() || request.headers().contains(HttpHeaders.TRANSFER_ENCODING) ? Long.MAX_VALUE : 0
                    : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    /** A client that still waits for leave to send hardly needs time; one that is sending does. */
    private void linger() {
        body.discard(this::hangUp);
        context.vertx().setTimer(waitsForLeave() ? LINGER_MILLIS / 10 : LINGER_MILLIS, expired -> hangUp());
    }

    /** The answer has gone whole, and nobody reads what else this request sends. */
    private void hangUp() {
        if (!http2()) {
            request.connection().close();
        } else if (!request.isEnded() && !response.closed()) {
            response.reset(NO_ERROR);
        }
    }
}
