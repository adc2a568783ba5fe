package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.github.luben.zstd.Zstd;
import io.surfacefs.it.RawHttp.Answer;
import io.surfacefs.it.RawHttp.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conditional and range requests, and that an object has one answer wherever it comes from. */
class RestConditionalIT {
    private static final byte[] SMALL = "{\"small\":true}".repeat(1000).getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    /** Every kind of read of one object. */
    private static List<Request> reads(String path, String etag, int size) {
        List<Request> reads = new ArrayList<>();
        for (String encoding :
                new String[] {"Accept-Encoding: identity", "Accept-Encoding: zstd", "Accept-Encoding: *;q=0"}) {
            reads.add(Request.get(path, encoding));
            reads.add(Request.get(path, encoding).method("HEAD"));
            for (String more : new String[] {
                "If-None-Match: " + etag,
                "If-None-Match: W/" + etag,
                "If-None-Match: \"x\", " + etag.replace("\"", ""),
                "If-None-Match: *",
                "Range: bytes=0-0",
                "Range: bytes=3-9",
                "Range: bytes=-7",
                "Range: bytes=" + (size - 1) + "-",
                "Range: bytes=9999999-",
                "Range: bytes=0-1,3-4",
                "Range: lines=1-2",
                "Accept: text/html",
                "X-Stella-Tenant: acme",
                "X-Stella-Tenant: evil",
            }) {
                reads.add(Request.get(path, encoding, more));
                reads.add(Request.get(path, encoding, more).method("HEAD"));
            }
            reads.add(Request.get(path, encoding, "Range: bytes=3-9", "If-Range: " + etag));
            reads.add(Request.get(path, encoding, "Range: bytes=3-9", "If-Range: \"x\""));
            reads.add(Request.get(path, encoding, "Range: bytes=3-9", "If-None-Match: " + etag));
        }
        return reads;
    }

    @Test
    void anObjectHasTheSameAnswerFromTheStoreAndFromMemory() throws IOException {
        try (SurfaceProcess server = SurfaceProcess.start(folder.resolve("home"))) {
            RawHttp http = new RawHttp(server);
            assertEquals(
                    201,
                    http.send(Request.of("POST", Rest.putPath("k"), SMALL, "Content-Type: application/json"))
                            .status());
            String digest = Rest.digest(SMALL);
            String manifestPath = Rest.manifestPath("k", digest);
            String manifestTag = http.send(Request.get(manifestPath)).field("etag");
            List<Request> reads = reads(manifestPath, manifestTag, 700);
            reads.addAll(reads(Rest.payloadPath("k", digest), "\"" + digest + "\"", SMALL.length));
            List<Answer> warm = new ArrayList<>();
            for (Request read : reads) {
                http.send(read);
                warm.add(http.send(read));
            }
            server.stop();
            server.restart();
            // Ranges and refusals keep nothing in memory, so those come first.
            for (int i : coldOrder(reads)) {
                Answer cold = http.send(reads.get(i));
                String what = reads.get(i).method() + " " + reads.get(i).headers() + " "
                        + reads.get(i).target();
                assertEquals(untraced(warm.get(i)), untraced(cold), what);
                assertArrayEquals(
                        warm.get(i).status() < 400 ? warm.get(i).body() : new byte[0],
                        cold.status() < 400 ? cold.body() : new byte[0],
                        what);
            }
            assertFalse(server.output().contains("Exception"), server.output());
        }
    }

    @Test
    void aConditionIsWeighedAsTheRfcSays() throws IOException {
        try (SurfaceProcess server = SurfaceProcess.start(folder.resolve("home"))) {
            RawHttp http = new RawHttp(server);
            assertEquals(
                    201, http.send(Request.of("POST", Rest.putPath("k"), SMALL)).status());
            String path = Rest.payloadPath("k", Rest.digest(SMALL));
            String tag = "\"" + Rest.digest(SMALL) + "\"";
            String part = "Range: bytes=3-9";
            assertEquals(
                    206, http.send(Request.get(path, part, "If-Range: " + tag)).status());
            assertEquals(
                    200, http.send(Request.get(path, part, "If-Range: \"x\"")).status());
            assertEquals(
                    200,
                    http.send(Request.get(path, part, "If-Range: W/" + tag)).status());
            String zstdTag = "\"" + Rest.digest(SMALL) + ";zstd\"";
            assertEquals(
                    200,
                    http.send(Request.get(path, part, "If-Range: " + zstdTag)).status());
            assertEquals(
                    304,
                    http.send(Request.get(path, part, "If-None-Match: " + tag)).status());
            assertEquals(
                    200,
                    http.send(Request.get(path, "If-None-Match: " + zstdTag)).status());
            Request zstd = Request.get(path, "Accept-Encoding: zstd", "If-None-Match: " + zstdTag);
            Answer unchanged = http.send(zstd);
            assertEquals(304, unchanged.status());
            assertEquals(zstdTag, unchanged.field("etag"));
            assertEquals(0, unchanged.body().length);
            assertEquals(200, http.send(Request.get(path, part).method("HEAD")).status());
        }
    }

    private static List<Integer> coldOrder(List<Request> reads) {
        List<Integer> order = new ArrayList<>();
        for (boolean ranges : new boolean[] {true, false}) {
            for (int i = 0; i < reads.size(); i++) {
                if (ranges == reads.get(i).headers().stream().anyMatch(line -> line.startsWith("Range"))) {
                    order.add(i);
                }
            }
        }
        return order;
    }

    private static String untraced(Answer answer) {
        return answer.head()
                + (answer.status() >= 400 ? answer.text().replaceAll("\"traceId\":\"[0-9a-f]{32}\"", "") : "");
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, 100_000, 3_000_000})
    void anyRangeOfEitherRepresentationIsTheSliceOfTheWhole(int size) throws IOException {
        byte[] payload =
                Arrays.copyOf("compressible and not ".repeat(200_000).getBytes(StandardCharsets.US_ASCII), size);
        System.arraycopy(Rest.noise(size / 2, 7), 0, payload, 0, size / 2);
        try (SurfaceProcess server = SurfaceProcess.start(folder.resolve("home"))) {
            RawHttp http = new RawHttp(server);
            assertEquals(
                    201,
                    http.send(Request.of("POST", Rest.putPath("k"), payload)).status());
            String path = Rest.payloadPath("k", Rest.digest(payload));
            byte[] stored =
                    http.send(Request.get(path, "Accept-Encoding: zstd")).body();
            assertArrayEquals(payload, Zstd.decompress(stored, size));
            for (String encoding : new String[] {"identity", "zstd"}) {
                byte[] whole = encoding.equals("zstd") ? stored : payload;
                for (long[] range : new long[][] {
                    {0, 0},
                    {0, 70_000},
                    {1, 65_536},
                    {whole.length / 2, whole.length / 2 + 65_535},
                    {whole.length - 1, whole.length},
                    {0, whole.length - 1},
                    {5, whole.length - 2},
                    {whole.length / 3, 9_999_999}
                }) {
                    Answer part = http.send(Request.get(
                            path, "Accept-Encoding: " + encoding, "Range: bytes=" + range[0] + "-" + range[1]));
                    if (range[0] >= whole.length) {
                        assertEquals(416, part.status());
                        continue;
                    }
                    int from = (int) range[0];
                    int to = (int) Math.min(whole.length, range[1] + 1);
                    if (to <= from) {
                        assertEquals(200, part.status());
                        continue;
                    }
                    String what = encoding + " " + Arrays.toString(range);
                    assertEquals(206, part.status(), what);
                    assertEquals(
                            "bytes " + from + "-" + (to - 1) + "/" + whole.length, part.field("content-range"), what);
                    assertArrayEquals(Arrays.copyOfRange(whole, from, to), part.body(), what);
                }
            }
        }
    }
}
