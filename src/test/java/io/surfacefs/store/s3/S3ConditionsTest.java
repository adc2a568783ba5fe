package io.surfacefs.store.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.StoreFault;
import io.surfacefs.store.TestArtefacts;
import io.surfacefs.store.s3.ScriptedS3.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores that have their own idea of conditions, as one object in them sees it. */
class S3ConditionsTest {
    private static final BlobKey KEY = BlobKey.cache("a/b");
    private static final BlobSource BYTES = new BlobSource.Bytes(new byte[] {'{', '}'});
    private static final Answer REFUSED = Answer.error(412, "PreconditionFailed");
    private static final Answer LOST = Answer.error(500, "UnknownError");

    @TempDir
    Path folder;

    /** A server with one object, which is put over and over. */
    private static final class OneObject implements Function<HttpExchange, Answer> {
        /** What must stand in If-Match, by the tag in its quotes. */
        UnaryOperator<String> form = tag -> tag;

        boolean heedsOnParts = true;
        boolean refusesAll;
        /** Another one changes the object just before each conditional change, and the store says this of it. */
        Answer raced;

        private int version = 1;

        private String tag() {
            return "\"v" + version + "\"";
        }

        @Override
        public Answer apply(HttpExchange exchange) {
            String query = String.valueOf(exchange.getRequestURI().getQuery());
            return switch (exchange.getRequestMethod()) {
                case "GET" -> Answer.of(200, new byte[] {'{', '}'}, "ETag", tag());
                case "HEAD" -> Answer.of(200, new byte[0], "ETag", tag(), "Content-Length", "2");
                case "DELETE" -> Answer.of(204, new byte[0]);
                case "POST" -> query.equals("uploads") ? Answer.ok(begun()) : completed(exchange);
                default -> query.contains("partNumber") ? Answer.of(200, new byte[0], "ETag", "\"p\"") : put(exchange);
            };
        }

        private static String begun() {
            return "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>";
        }

        private Answer completed(HttpExchange exchange) {
            if (heedsOnParts && !holds(exchange)) {
                return REFUSED;
            }
            version++;
            return Answer.ok("<CompleteMultipartUploadResult/>");
        }

        private Answer put(HttpExchange exchange) {
            if (raced != null && exchange.getRequestHeaders().containsKey("If-Match")) {
                version++;
                return raced;
            }
            if (!holds(exchange)) {
                return REFUSED;
            }
            version++;
            return Answer.of(200, new byte[0], "ETag", tag());
        }

        private boolean holds(HttpExchange exchange) {
            String match = exchange.getRequestHeaders().getFirst("If-Match");
            return !refusesAll
                    && !exchange.getRequestHeaders().containsKey("If-None-Match")
                    && (match == null || match.equals(form.apply(tag())));
        }
    }

    private static S3BlobStore blobs(ScriptedS3 server) {
        return S3BlobStore.open(
                S3StoreContract.settings(server.endpoint(), "cache", "", S3Secrets.folder()), S3StoreContract.PART);
    }

    private static String bare(String tag) {
        return tag.replace("\"", "");
    }

    @Test
    void aTagIsSentAsTheStoreTakesItWithItsQuotesOrWithout() throws IOException {
        for (UnaryOperator<String> form : List.<UnaryOperator<String>>of(tag -> tag, S3ConditionsTest::bare)) {
            OneObject object = new OneObject();
            object.form = form;
            try (ScriptedS3 server = new ScriptedS3(object);
                    S3BlobStore blobs = blobs(server)) {
                assertTrue(blobs.keepsConditions(KEY));
                String seen = blobs.head(KEY).tag();
                int before = server.requests().size();
                assertTrue(blobs.replace(KEY, seen, BYTES));
                assertEquals(1, server.requests().size() - before, "what was learnt is not asked again");
                assertFalse(blobs.replace(KEY, seen, BYTES));
                assertFalse(blobs.replace(KEY, "\"v0\"", BYTES));
            }
        }
    }

    @Test
    void withoutALookAtTheStartTheFormIsFoundToo() throws IOException {
        OneObject object = new OneObject();
        object.form = S3ConditionsTest::bare;
        try (ScriptedS3 server = new ScriptedS3(object);
                S3BlobStore blobs = blobs(server)) {
            assertFalse(blobs.replace(KEY, "\"v0\"", BYTES));
            assertTrue(blobs.replace(KEY, blobs.head(KEY).tag(), BYTES));
        }
    }

    @Test
    void aStoreThatRefusesWhatItShouldDoIsFoundOut() throws IOException {
        OneObject object = new OneObject();
        try (ScriptedS3 server = new ScriptedS3(object);
                S3BlobStore blobs = blobs(server)) {
            assertTrue(blobs.keepsConditions(KEY));
            object.refusesAll = true;
            assertFalse(blobs.keepsConditions(KEY));
        }
    }

    @Test
    void whoComesSecondOnAStoreThatCallsItAFailureIsToldThatHeDid() throws IOException {
        OneObject object = new OneObject();
        object.raced = LOST;
        try (ScriptedS3 server = new ScriptedS3(object);
                S3BlobStore blobs = blobs(server)) {
            assertFalse(blobs.replace(KEY, blobs.head(KEY).tag(), BYTES));
            object.raced = Answer.error(500, "InternalError");
            String tag = blobs.head(KEY).tag();
            assertEquals(
                    StoreFault.Reason.SERVER,
                    Assertions.assertThrows(StoreFault.class, () -> blobs.replace(KEY, tag, BYTES))
                            .reason());
        }
    }

    @Test
    void whereTheEndOfPartsHeedsNoConditionWhatHasOneGoesInOnePiece() throws IOException {
        for (boolean heeds : new boolean[] {true, false}) {
            OneObject object = new OneObject();
            object.heedsOnParts = heeds;
            byte[] bytes = TestArtefacts.noise(8, 6 << 20);
            Path file = Files.write(folder.resolve("payload-" + heeds), bytes);
            BlobSource source = new BlobSource.LocalFile(file, bytes.length);
            try (ScriptedS3 server = new ScriptedS3(object);
                    S3BlobStore blobs = blobs(server)) {
                assertTrue(blobs.keepsConditions(KEY));
                int before = server.requests().size();
                assertTrue(blobs.replace(KEY, blobs.head(KEY).tag(), source));
                assertEquals(heeds, inParts(server.requests(), before));
                before = server.requests().size();
                assertTrue(blobs.replace(KEY, null, source));
                assertTrue(inParts(server.requests(), before), "there is no condition to be heeded");
            }
        }
    }

    private static boolean inParts(List<String> requests, int from) {
        return requests.subList(from, requests.size()).stream().anyMatch(r -> r.endsWith("?uploads"));
    }
}
