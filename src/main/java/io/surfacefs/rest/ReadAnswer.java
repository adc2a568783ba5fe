package io.surfacefs.rest;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.surfacefs.model.ByteRange;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import org.jspecify.annotations.Nullable;

/**
 * What a GET or HEAD of an object comes to, from the request's conditions: status, header and which bytes follow. Used
 * by every reader, so that an object has the same answer from memory and from the store.
 *
 * @param status 200, 206 or 304
 * @param body which bytes follow; of length 0 where none do
 */
record ReadAnswer(int status, ByteRange body) {
    private static final ByteRange NOTHING = new ByteRange(0, 0);

    /**
     * Weighs the conditions and writes status and header into the response, {@code Content-Length} included.
     *
     * @throws SurfaceException {@code RANGE_NOT_SATISFIABLE}, with {@code Content-Range} set
     */
    static ReadAnswer begin(HttpServerRequest request, HttpServerResponse response, ObjectHead head) {
        MultiMap asked = request.headers();
        if (asked.contains(HttpHeaders.IF_NONE_MATCH)
                && EntityTags.noneMatchHits(asked.getAll(HttpHeaders.IF_NONE_MATCH), head.etag())) {
            response.setStatusCode(304);
            head.validators(response.headers());
            return new ReadAnswer(304, NOTHING);
        }
        boolean get = HttpMethod.GET.equals(request.method());
        if (get && head.takesRanges() && asked.contains(HttpHeaderNames.RANGE)) {
            ByteRange part = part(asked, response, head);
            if (part != null) {
                response.setStatusCode(206);
                head.all(response.headers());
                response.headers()
                        .set(
                                HttpHeaders.CONTENT_RANGE,
                                "bytes " + part.offset() + "-" + (part.end() - 1) + "/" + head.size())
                        .set(HttpHeaders.CONTENT_LENGTH, Long.toString(part.length()));
                return new ReadAnswer(206, part);
            }
        }
        head.all(response.headers());
        response.headers().set(HttpHeaders.CONTENT_LENGTH, Long.toString(head.size()));
        return new ReadAnswer(200, get ? ByteRange.whole(head.size()) : NOTHING);
    }

    private static @Nullable ByteRange part(MultiMap asked, HttpServerResponse response, ObjectHead head) {
        if (asked.getAll(HttpHeaderNames.RANGE).size() != 1
                || !EntityTags.ifRangeHolds(asked.get(HttpHeaderNames.IF_RANGE), head.etag())) {
            return null;
        }
        RangeHeader.Result result = RangeHeader.parse(asked.get(HttpHeaderNames.RANGE), head.size());
        if (!result.satisfiable()) {
            response.headers().set(HttpHeaders.CONTENT_RANGE, "bytes */" + head.size());
            throw new SurfaceException(
                    ErrorCode.RANGE_NOT_SATISFIABLE, "the representation has " + head.size() + " bytes");
        }
        return result.range();
    }
}
