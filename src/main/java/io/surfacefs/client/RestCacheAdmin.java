package io.surfacefs.client;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.service.LocalCacheService;
import java.net.URI;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The operator's hand on the local cache of a service, over REST. */
final class RestCacheAdmin implements CacheAdmin {
    private static final int MAX_ANSWER = 64 * 1024;

    private final Http http;

    RestCacheAdmin(URI endpoint, Credentials credentials) {
        this.http = new Http(endpoint, credentials);
    }

    @Override
    public LocalCacheService.Stat stat() {
        byte[] body;
        try (Http.Answer answer = http.send(http.request("/admin/cache").GET())) {
            body = answer.body(MAX_ANSWER);
        }
        Numbers numbers = new Numbers(body);
        return new LocalCacheService.Stat(
                numbers.whole("bytes"),
                numbers.whole("quotaBytes"),
                (int) numbers.whole("entries"),
                (int) numbers.whole("tenants"),
                numbers.whole("quarantinedBytes"),
                (int) numbers.whole("fetches"),
                numbers.text("complete").equals("true"),
                numbers.whole("failures"),
                numbers.fraction("openSeconds"));
    }

    @Override
    public LocalCacheService.Evicted evict(@Nullable Tenant only) {
        Numbers numbers = new Numbers(http.postAndWait("/admin/cache:evict" + (only == null ? "" : "?tenant=" + only)));
        return new LocalCacheService.Evicted(numbers.whole("objects"), numbers.whole("bytes"));
    }

    @Override
    public LocalCacheService.Scrubbed scrub(LongConsumer progress) {
        Numbers numbers = new Numbers(http.postAndWait("/admin/cache:scrub"));
        return new LocalCacheService.Scrubbed(
                numbers.whole("objects"), numbers.whole("bytes"), numbers.whole("damaged"));
    }

    /** The members of an answer, which must be there. */
    private static final class Numbers {
        private final Map<String, String> members;

        Numbers(byte[] answer) {
            this.members = JsonParts.read(answer).scalars();
        }

        String text(String name) {
            String text = members.get(name);
            if (text == null) {
                throw strange(null);
            }
            return text;
        }

        long whole(String name) {
            try {
                return Long.parseLong(text(name));
            } catch (NumberFormatException e) {
                throw strange(e);
            }
        }

        double fraction(String name) {
            try {
                return Double.parseDouble(text(name));
            } catch (NumberFormatException e) {
                throw strange(e);
            }
        }

        private static SurfaceException strange(@Nullable Throwable cause) {
            return new SurfaceException(ErrorCode.INTERNAL, "the service's answer is not understood", null, cause);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
