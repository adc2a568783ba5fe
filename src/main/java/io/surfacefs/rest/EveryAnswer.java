package io.surfacefs.rest;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;

/** What stands in the header of every answer, whatever it says. */
final class EveryAnswer {
    private static final CharSequence CONTENT_TYPE_OPTIONS = HttpHeaders.createOptimized("X-Content-Type-Options");
    private static final CharSequence NO_SNIFF = HttpHeaders.createOptimized("nosniff");

    private EveryAnswer() {}

    /** Begins a header in which nothing stands yet. */
    static void begin(HttpServerResponse response) {
        // A problem repeats what the caller sent: a browser must not take its words for another type than the one
        // named.
        response.headers().set(CONTENT_TYPE_OPTIONS, NO_SNIFF);
    }
}
