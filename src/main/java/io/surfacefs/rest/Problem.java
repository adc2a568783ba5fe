package io.surfacefs.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import jakarta.ws.rs.WebApplicationException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An error as a client sees it, RFC 9457 problem details.
 *
 * @param status HTTP status
 * @param code the contract's name of it
 * @param detail one sentence for the caller
 * @param hint what the caller can do, or null
 * @param retryAfterSeconds when to come again, 0 where that makes no sense
 */
record Problem(
        int status, ErrorCode code, String detail, @Nullable String hint, long retryAfterSeconds) {
    static final String MEDIA_TYPE = "application/problem+json";

    private static final JsonFactory JSON = new JsonFactory();
    /** Statuses that HTTP has for a malformed request and that a client knows better than 400. */
    private static final Set<Integer> KEPT = Set.of(405, 406, 411, 414, 415, 431);

    /** Translates whatever was thrown; what nobody foresaw is {@code INTERNAL} and tells nothing. */
    static Problem of(Throwable failure) {
        return switch (failure) {
            case SurfaceException e -> of(e);
            case HttpRefusal e -> new Problem(e.status(), ErrorCode.INVALID_ARGUMENT, text(e), e.hint(), 0);
            case WebApplicationException e -> ofStatus(e.getResponse().getStatus());
            default -> ofStatus(500);
        };
    }

    private static Problem of(SurfaceException e) {
        ErrorCode code = e.code();
        long retry = code.retryable() ? Math.max(1, (e.retryAfter().toMillis() + 999) / 1000) : 0;
        String detail = code == ErrorCode.INTERNAL ? "the service failed" : text(e);
        return new Problem(code.http(), code, detail, e.hint(), retry);
    }

    /** What stands for a bare HTTP status that the server's machinery came to. */
    static Problem ofStatus(int status) {
        if (KEPT.contains(status)) {
            return new Problem(status, ErrorCode.INVALID_ARGUMENT, phrase(status), null, 0);
        }
        ErrorCode code = switch (status) {
            case 401 -> ErrorCode.UNAUTHENTICATED;
            case 403 -> ErrorCode.PERMISSION_DENIED;
            case 404 -> ErrorCode.NOT_FOUND;
            case 413 -> ErrorCode.PAYLOAD_TOO_LARGE;
            case 503 -> ErrorCode.STORE_UNAVAILABLE;
            default -> status >= 400 && status < 500 ? ErrorCode.INVALID_ARGUMENT : ErrorCode.INTERNAL;
        };
        return new Problem(code.http(), code, phrase(code.http()), null, code.retryable() ? 1 : 0);
    }

    private static String phrase(int status) {
        return switch (status) {
            case 400 -> "the request is malformed";
            case 401 -> "no valid token was sent";
            case 403 -> "this is not allowed";
            case 404 -> "there is no such route";
            case 405 -> "this route doesn't take this method";
            case 406 -> "no representation is acceptable";
            case 411 -> "a length is required";
            case 413 -> "the body is too large";
            case 414 -> "the request's URI is too long";
            case 415 -> "this media type or encoding isn't taken here";
            case 431 -> "the request's header is too large";
            case 503 -> "the service can't answer now";
            default -> "the service failed";
        };
    }

    private static String text(Throwable e) {
        String message = e.getMessage();
        return message == null ? "the request was refused" : message;
    }

    /** Whether this is a fault of ours, which belongs in the log with its trace. */
    boolean isOurs() {
        return code == ErrorCode.INTERNAL;
    }

    /** @param traceId 32 hexadecimal characters */
    byte[] json(String traceId) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            String name = code.name().toLowerCase(Locale.ROOT);
            json.writeStartObject();
            json.writeStringField("type", "urn:surface-fs:error:" + name.replace('_', '-'));
            json.writeStringField(
                    "title", code.name().charAt(0) + name.substring(1).replace('_', ' '));
            json.writeNumberField("status", status);
            json.writeStringField("detail", detail);
            json.writeStringField("code", code.name());
            json.writeStringField("traceId", traceId);
            if (hint != null) {
                json.writeStringField("hint", hint);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
