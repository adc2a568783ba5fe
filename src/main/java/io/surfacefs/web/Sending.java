package io.surfacefs.web;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Sends one answer, with what a browser must know of every page, and ends with a client that doesn't read it. Whatever
 * becomes of the answer, its end is told once: it has gone, the client has, the time is over, or it couldn't be sent.
 */
final class Sending {
    /** How long a client may take for a page. */
    static final long LIMIT_MILLIS = 60_000;

    private static final long INTERNAL_ERROR = 2;

    private final RoutingContext context;
    private final String contentSecurityPolicy;
    private final long limitMillis;
    private final Runnable done;
    private final AtomicBoolean over = new AtomicBoolean();

    /**
     * @param limitMillis how long the client may take for it
     * @param done called once, when nothing more becomes of the answer
     */
    Sending(RoutingContext context, String contentSecurityPolicy, long limitMillis, Runnable done) {
        this.context = context;
        this.contentSecurityPolicy = contentSecurityPolicy;
        this.limitMillis = limitMillis;
        this.done = done;
    }

    /**
     * Sends; {@code why} is what it tells of where it is a failure. From any thread, once. What it throws is told as
     * the end too.
     */
    void send(Answer answer, @Nullable SurfaceException why) {
        boolean sending = false;
        try {
            HttpServerResponse response = context.response();
            response.setStatusCode(answer.status());
            headers(response.headers(), answer, why);
            long limit = context.vertx().setTimer(limitMillis, late -> abandon());
            boolean head = HttpMethod.HEAD.equals(context.request().method());
            (head || answer.body().length == 0 ? response.end() : response.end(Buffer.buffer(answer.body())))
                    .onComplete(sent -> {
                        context.vertx().cancelTimer(limit);
                        end();
                    });
            sending = true;
        } finally {
            if (!sending) {
                abandon();
            }
        }
    }

    /** Ends without an answer, or with what of it has gone. From any thread. */
    void abandon() {
        try {
            cut();
        } finally {
            end();
        }
    }

    private void end() {
        if (over.compareAndSet(false, true)) {
            done.run();
        }
    }

    private void headers(MultiMap headers, Answer answer, @Nullable SurfaceException why) {
        headers.set(HttpHeaders.CONTENT_TYPE, answer.type())
                .set(HttpHeaders.CONTENT_LENGTH, Integer.toString(answer.body().length))
                .set(HttpHeaders.CACHE_CONTROL, "no-store")
                .set(HttpHeaders.VARY, "Accept")
                .set("Content-Security-Policy", contentSecurityPolicy)
                .set("X-Content-Type-Options", "nosniff")
                .set("X-Frame-Options", "DENY")
                .set("Referrer-Policy", "no-referrer")
                .set("Cross-Origin-Opener-Policy", "same-origin")
                .set("Cross-Origin-Resource-Policy", "same-origin");
        if (answer.location() != null) {
            headers.set(HttpHeaders.LOCATION, answer.location());
        }
        if (why != null && why.code() == ErrorCode.UNAUTHENTICATED) {
            headers.set("WWW-Authenticate", "Bearer");
        }
        if (why != null && why.code().retryable()) {
            headers.set(
                    HttpHeaders.RETRY_AFTER,
                    Long.toString(Math.max(1, why.retryAfter().toSeconds())));
        }
    }

    /** Not the polite close, which waits for what is still to be written. */
    private void cut() {
        if (context.request().version() == HttpVersion.HTTP_2) {
            context.response().reset(INTERNAL_ERROR);
        } else if (context.request().connection() instanceof ConnectionBase connection) {
            var _ = connection.channel().close(); // nobody waits for it
        }
    }
}
