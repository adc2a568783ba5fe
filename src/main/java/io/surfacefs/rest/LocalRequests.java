package io.surfacefs.rest;

import io.surfacefs.access.Loopback;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;

/**
 * Tells requests of this machine's own programs from those that a web page makes a browser send here. Where nobody is
 * authenticated, loopback is the wall, and a browser stands inside of it: a page of any site can have it ask
 * {@code http://127.0.0.1:8080}, or a name of the site's own that was pointed here meanwhile (DNS rebinding).
 */
final class LocalRequests {
    private static final CharSequence FETCH_SITE = HttpHeaders.createOptimized("sec-fetch-site");

    private LocalRequests() {}

    /** Whether it was sent to a loopback name, and by no page of another origin. */
    static boolean isLocal(HttpServerRequest request) {
        HostAndPort authority = request.authority();
        return Loopback.isLocal(
                authority == null ? null : authority.host(),
                request.headers().contains(HttpHeaders.HOST),
                request.getHeader(FETCH_SITE),
                request.headers().getAll(HttpHeaders.ORIGIN));
    }
}
