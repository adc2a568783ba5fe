package io.surfacefs.rest;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Takes in a JSON document that a request carries, bounded. */
final class JsonBody {
    private JsonBody() {}

    /**
     * Reads the whole body of a request.
     *
     * @param limit the most bytes it may have
     * @param tooLarge the code when it has more
     * @throws HttpRefusal 415 when the request says it is something else, or encoded
     */
    static byte[] read(Exchange exchange, long limit, ErrorCode tooLarge) throws IOException {
        requireJson(exchange.header("Content-Type"));
        UploadEncoding.requireIdentity(exchange.headers("Content-Encoding"));
        SentDigests body = new SentDigests(exchange.body(), DigestField.parse(exchange.headers("Content-Digest")));
        byte[] json = read(body, limit, tooLarge);
        body.check();
        return json;
    }

    /** Reads a stream to its end. */
    static byte[] read(InputStream in, long limit, ErrorCode tooLarge) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
        byte[] piece = new byte[8192];
        for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
            if (out.size() + n > limit) {
                throw new SurfaceException(tooLarge, "the JSON document is larger than " + limit + " bytes");
            }
            out.write(piece, 0, n);
        }
        return out.toByteArray();
    }

    /** JSON by name or by suffix, in UTF-8; nothing said counts as JSON. */
    static void requireJson(@Nullable String contentType) {
        if (contentType == null) {
            return;
        }
        List<String> pieces = List.of(contentType.toLowerCase(Locale.ROOT).split(";", -1));
        String essence = pieces.getFirst().strip();
        boolean json = essence.equals("application/json") || essence.matches("application/[^/ ]+\\+json");
        boolean utf8 = pieces.stream()
                .skip(1)
                .map(String::strip)
                .filter(p -> p.startsWith("charset="))
                .allMatch(p -> p.matches("charset=\"?utf-8\"?"));
        if (!json || !utf8) {
            throw new HttpRefusal(
                    415, "a JSON document in UTF-8 is expected here", "send Content-Type: application/json");
        }
    }
}
