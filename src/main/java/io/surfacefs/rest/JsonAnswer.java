package io.surfacefs.rest;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes a JSON document piece by piece. A small one is sent whole, with its length; a larger one in chunks, as slowly
 * as the client reads. Nothing is sent before the first {@value #BUFFER} bytes, so that an early failure can still be
 * said.
 */
final class JsonAnswer {
    private static final int BUFFER = 64 * 1024;

    private final Exchange exchange;
    private final byte[] buffer = new byte[BUFFER];
    private int used;
    private @Nullable ResponseStream stream;

    JsonAnswer(Exchange exchange) {
        this.exchange = exchange;
        exchange.response()
                .headers()
                .set(HttpHeaders.CONTENT_TYPE, "application/json")
                .set(HttpHeaders.CACHE_CONTROL, "private, no-cache");
    }

    JsonAnswer write(String text) throws IOException {
        return write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes bytes; they are the caller's again when this returns. */
    JsonAnswer write(byte[] bytes) throws IOException {
        if (used + bytes.length > BUFFER) {
            flush();
        }
        if (bytes.length > BUFFER) {
            send(bytes, bytes.length);
        } else {
            System.arraycopy(bytes, 0, buffer, used, bytes.length);
            used += bytes.length;
        }
        return this;
    }

    /** Ends the answer and waits until it has gone. */
    void end() throws IOException {
        if (stream == null) {
            exchange.response().headers().set(HttpHeaders.CONTENT_LENGTH, Integer.toString(used));
            exchange.end(buffer, 0, used);
        } else {
            flush();
            stream.end();
        }
    }

    private void flush() throws IOException {
        send(buffer, used);
        used = 0;
    }

    private void send(byte[] bytes, int length) throws IOException {
        if (HttpMethod.HEAD.equals(exchange.request().method())) {
            return;
        }
        ResponseStream out = stream;
        if (out == null) {
            exchange.response().setChunked(true);
            out = new ResponseStream(exchange.response());
            stream = out;
        }
        out.write(bytes, 0, length, ResponseStream.Stalled.NOTHING);
    }
}
