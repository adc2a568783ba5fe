package io.surfacefs.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The operator's work on a service, over REST. */
final class RestAdmin implements SurfaceAdmin {
    private static final JsonFactory JSON = new JsonFactory();

    private final Http http;

    RestAdmin(URI endpoint, Credentials credentials) {
        this.http = new Http(endpoint, credentials);
    }

    @Override
    public Collected gc(boolean dryRun, LongConsumer progress) {
        Map<String, Long> counts = post("/admin/gc" + (dryRun ? "?dry_run=true" : ""));
        return new Collected(counts.getOrDefault("marked", 0L), counts.getOrDefault("dropped", 0L));
    }

    @Override
    public Reindexed reindex(LongConsumer progress) {
        Map<String, Long> counts = post("/admin/reindex");
        return new Reindexed(
                counts.getOrDefault("manifests", 0L),
                counts.getOrDefault("added", 0L),
                counts.getOrDefault("dropped", 0L));
    }

    private Map<String, Long> post(String route) {
        byte[] answer = http.postAndWait(route);
        Map<String, Long> counts = new HashMap<>();
        try (JsonParser parser = JSON.createParser(answer)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.VALUE_NUMBER_INT) {
                    counts.put(parser.currentName(), parser.getLongValue());
                }
            }
        } catch (IOException e) {
            throw new SurfaceException(ErrorCode.INTERNAL, "the service's answer is no JSON", null, e);
        }
        return counts;
    }

    @Override
    public Map<String, Usage> usage(@Nullable Tenant tenant, LongConsumer progress) {
        throw onlyHere("du");
    }

    @Override
    public long fsck(@Nullable Tenant tenant, LongConsumer progress, Consumer<Problem> problems) {
        throw onlyHere("fsck");
    }

    private static SurfaceException onlyHere(String command) {
        return new SurfaceException(
                ErrorCode.INVALID_ARGUMENT,
                command + " is not offered over the network",
                "run it where the store is, without --endpoint; it may run beside the server");
    }

    @Override
    public void close() {
        http.close();
    }
}
