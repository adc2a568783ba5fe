package io.surfacefs.client;

import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.wire.Told;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Speaks to the REST API of one service. Thread-safe. */
final class Http implements AutoCloseable {
    private static final int MAX_PROBLEM = 64 * 1024;

    private final URI endpoint;
    private final String base;
    private final Credentials credentials;
    private final HttpClient client;

    Http(URI endpoint, Credentials credentials) {
        this.endpoint = endpoint;
        String text = endpoint.toString();
        this.base = (text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + "/api/v1";
        this.credentials = credentials;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Patience.CONNECT)
                .followRedirects(HttpClient.Redirect.NEVER);
        credentials.tls().ifPresent(tls -> builder.sslContext(context(tls)));
        this.client = builder.build();
    }

    private static SSLContext context(SslContextBuilder tls) {
        try {
            return ((JdkSslContext) tls.build()).context();
        } catch (SSLException e) {
            throw Credentials.unusable(e);
        }
    }

    /** An answer that was neither an error nor a redirect. Must be closed. */
    record Answer(HttpResponse<InputStream> response) implements AutoCloseable {
        int status() {
            return response.statusCode();
        }

        Optional<String> header(String name) {
            return response.headers().firstValue(name);
        }

        /** @throws SurfaceException {@code PAYLOAD_TOO_LARGE} when the body is longer */
        byte[] body(int most) {
            try {
                byte[] body = response.body().readNBytes(most + 1);
                if (body.length > most) {
                    throw new SurfaceException(
                            ErrorCode.PAYLOAD_TOO_LARGE, "the service's answer is longer than it may be");
                }
                return body;
            } catch (IOException e) {
                throw new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "the service broke off", null, e);
            }
        }

        @Override
        public void close() {
            try {
                response.body().close();
            } catch (IOException e) {
                throw new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "the service broke off", null, e);
            }
        }
    }

    /** A request below {@code /api/v1}, with the token where there is one. */
    HttpRequest.Builder request(String route) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(base + route));
        credentials.authorization().ifPresent(value -> builder.header("Authorization", value));
        return builder;
    }

    /** Sends a request that has no body, or a small one. */
    Answer send(HttpRequest.Builder request) {
        return answer(await(request.build(), null, Patience.SILENCE));
    }

    /** Sends what may take long; where the source fails, that is thrown. */
    Answer upload(HttpRequest.Builder request, SentStream sent) throws IOException {
        HttpResponse<InputStream> response;
        try {
            response = await(request.build(), sent, Patience.SILENCE);
        } catch (SurfaceException e) {
            sent.rethrow();
            throw e;
        }
        return answer(response);
    }

    /** Asks for work that takes as long as the store is large. */
    byte[] postAndWait(String route) {
        HttpRequest.Builder request = request(route).POST(HttpRequest.BodyPublishers.noBody());
        try (Answer answer = answer(await(request.build(), null, Patience.WORK))) {
            return answer.body(MAX_PROBLEM);
        }
    }

    private HttpResponse<InputStream> await(HttpRequest request, @Nullable SentStream sent, Duration patience) {
        CompletableFuture<HttpResponse<InputStream>> future =
                client.sendAsync(request, head -> new AnswerBody(Patience.SILENCE));
        long before = -1;
        long still = 0;
        while (true) {
            try {
                return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                long now = sent == null ? before : sent.sent();
                boolean moves = sent != null && (sent.reading() || now != before);
                still = moves ? 0 : still + patience.toMillis();
                before = now;
                // All may be sent, and the service be busy making it durable; that takes longer than a round trip.
                if (sent == null || still >= Patience.UPLOAD.toMillis()) {
                    future.cancel(true);
                    throw new SurfaceException(
                            ErrorCode.STORE_TIMEOUT,
                            "no answer from " + endpoint + " for " + patience.toSeconds() + " s");
                }
            } catch (ExecutionException e) {
                throw unreachable(e.getCause() == null ? e : e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                future.cancel(true);
                throw new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "interrupted", null, e, Duration.ZERO);
            }
        }
    }

    private SurfaceException unreachable(Throwable cause) {
        return new SurfaceException(
                ErrorCode.STORE_UNAVAILABLE,
                "can't reach " + endpoint + ": " + Reasons.of(cause),
                "is the service running, and is this its REST address?",
                null,
                Duration.ZERO);
    }

    private static Answer answer(HttpResponse<InputStream> response) {
        int status = response.statusCode();
        if (status >= 200 && status < 300) {
            return new Answer(response);
        }
        try (Answer refused = new Answer(response)) {
            throw failure(status, refused);
        }
    }

    private static SurfaceException failure(int status, Answer answer) {
        String type = answer.header("Content-Type").orElse("").toLowerCase(Locale.ROOT);
        // An answer to HEAD tells the type of the problem, but not the problem.
        byte[] body = type.startsWith("application/problem+json") ? answer.body(MAX_PROBLEM) : new byte[0];
        if (body.length > 0) {
            Map<String, String> problem = JsonParts.read(body).scalars();
            String code = problem.get("code");
            if (code != null && isKnown(code)) {
                String detail = problem.getOrDefault("detail", problem.getOrDefault("title", "the service refused"));
                String hint = problem.get("hint");
                return new SurfaceException(
                        ErrorCode.valueOf(code),
                        Told.shown(detail),
                        hint == null ? null : Told.shown(hint),
                        null,
                        retryAfter(answer));
            }
        }
        return new SurfaceException(
                ofStatus(status),
                "the service answered HTTP " + status,
                "is this the address of a Surface.FS?",
                null,
                retryAfter(answer));
    }

    /** What {@code Retry-After} says in seconds; its other form, a date, counts as nothing said. */
    private static Duration retryAfter(Answer answer) {
        String text = answer.header("Retry-After").orElse("").strip();
        return text.matches("[0-9]{1,5}")
                ? Duration.ofSeconds(Math.max(1, Long.parseLong(text)))
                : SurfaceException.DEFAULT_RETRY_AFTER;
    }

    private static boolean isKnown(String code) {
        return Arrays.stream(ErrorCode.values()).anyMatch(known -> known.name().equals(code));
    }

    /** What a bare status means, of an answer to HEAD or of something that stands between. */
    private static ErrorCode ofStatus(int status) {
        return switch (status) {
            case 401 -> ErrorCode.UNAUTHENTICATED;
            case 403 -> ErrorCode.PERMISSION_DENIED;
            case 404 -> ErrorCode.NOT_FOUND;
            case 413 -> ErrorCode.PAYLOAD_TOO_LARGE;
            case 416 -> ErrorCode.RANGE_NOT_SATISFIABLE;
            case 429 -> ErrorCode.OVERLOADED;
            case 502, 503 -> ErrorCode.STORE_UNAVAILABLE;
            case 504 -> ErrorCode.STORE_TIMEOUT;
            case 507 -> ErrorCode.DISK_FULL;
            default -> status >= 500 ? ErrorCode.INTERNAL : ErrorCode.INVALID_ARGUMENT;
        };
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
