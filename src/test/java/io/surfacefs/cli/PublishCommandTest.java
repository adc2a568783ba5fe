package io.surfacefs.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.surfacefs.codec.ManifestCodec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code publish}, in this process, on real samples. */
class PublishCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SAMPLES = Path.of("src/test/resources/samples");
    private static final String IMAGE = "sha256:7ac67c7786c83677ace7d93c29ed599d6452e77cdb6d5516c0039bf0827c30fc";
    private static final String FRAGMENTS = "--surface-layer-fragments=" + SAMPLES.resolve("jre.fragments.json");

    @TempDir
    Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private TestEngine engine;
    private Path root;

    private record Result(int exit, String out, String err) {
        List<String> lines() {
            return out.lines().toList();
        }

        String pointer() {
            return lines().getLast();
        }

        JsonNode json() throws IOException {
            return JSON.readTree(out);
        }
    }

    @BeforeEach
    void open() {
        engine = new TestEngine(folder.resolve("home"), null);
        root = folder.resolve("cas");
    }

    private Result run(String... line) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = Terminal.of(new ByteArrayInputStream(new byte[0]), out, err, false);
        SurfaceCommand command = new SurfaceCommand(engine, terminal, new Cancellation(), environment);
        int exit = SurfaceCommand.execute(command, line).exit();
        return new Result(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Publishes into the CAS root for tenant acme. */
    private Result publish(String... more) {
        List<String> line =
                new ArrayList<>(List.of("publish", "--surface-tenant=acme", "--surface-cache-root=" + root));
        line.addAll(List.of(more));
        return run(line.toArray(String[]::new));
    }

    private static Result ok(Result result) {
        assertEquals(0, result.exit(), result::err);
        return result;
    }

    /** Every file below a folder, with its bytes and when it was written. */
    private static Map<String, String> contents(Path folder) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(
                        folder.relativize(file).toString(),
                        ManifestCodec.digestOf(Files.readAllBytes(file)) + " " + Files.getLastModifiedTime(file));
            }
        }
        return contents;
    }

    /** The file that a pointer to the CAS root names. */
    private byte[] resolved(String pointer, String bucket) throws IOException {
        String begin = "cas://" + bucket + "/";
        assertTrue(pointer.startsWith(begin), pointer);
        return Files.readAllBytes(root.resolve(pointer.substring(begin.length())));
    }

    @Test
    void aCasRootHoldsTheLayoutAndNothingElseAndThePointerIsPrintedLast() throws IOException {
        Path copy = folder.resolve("surface.json");
        Result published = ok(publish(
                FRAGMENTS,
                "--surface-entrytrace-graph=" + SAMPLES.resolve("tomcat.entrytrace.json"),
                "--surface-entrytrace-ndjson=" + SAMPLES.resolve("tomcat.entrytrace.ndjson"),
                "--surface-image-digest=" + IMAGE,
                "--surface-scan-id=scan-1",
                "--surface-component=builder",
                "--surface-component-version=1.2",
                "--surface-worker-instance=w-1",
                "--surface-attempt=2",
                "--surface-bucket=my-bucket",
                "--surface-manifest-output=" + copy));
        byte[] manifest = resolved(published.pointer(), "my-bucket");
        assertArrayEquals(manifest, Files.readAllBytes(copy));
        String digest = ManifestCodec.digestOf(manifest).toString();
        assertEquals(digest, published.lines().getFirst());
        String hex = digest.substring("sha256:".length());
        assertEquals(
                "cas://my-bucket/scanner/surface/manifests/acme/" + hex.substring(0, 2) + "/" + hex.substring(2, 4)
                        + "/" + hex + ".json",
                published.pointer());
        JsonNode json = JSON.readTree(manifest);
        assertEquals(IMAGE, json.get("imageDigest").asText());
        assertEquals("scan-1", json.get("scanId").asText());
        assertEquals(
                "{\"attempt\":2,\"component\":\"builder\",\"version\":\"1.2\",\"workerInstance\":\"w-1\"}",
                json.get("source").toString());
        assertEquals(
                "{\"digest\":\"sha256:f131f699cda45a58667e4c58d65876cb5d9dbee4cb36e450204cd6d6f35b903a\","
                        + "\"format\":\"json\",\"kind\":\"entrytrace.graph\","
                        + "\"mediaType\":\"application/vnd.stellaops.entrytrace+json\",\"sizeBytes\":10197,"
                        + "\"uri\":\"cas://surface-cache/tenants/acme/entrytrace.graph/sha256/f1/31/"
                        + "f131f699cda45a58667e4c58d65876cb5d9dbee4cb36e450204cd6d6f35b903a/payload.json.zst\"}",
                json.at("/artifacts/0").toString());
        List<String> kinds = new ArrayList<>();
        json.get("artifacts").forEach(one -> kinds.add(one.get("kind").asText()));
        assertEquals(List.of("entrytrace.graph", "entrytrace.ndjson", "layer.fragments"), kinds);
        Map<String, String> files = contents(root);
        assertTrue(files.keySet().stream().allMatch(name -> name.startsWith("scanner/surface/")), files::toString);
        assertTrue(files.containsKey("scanner/surface/format.json"), files::toString);
        for (JsonNode one : json.get("artifacts")) {
            String key = one.get("uri").asText().substring("cas://surface-cache/".length());
            assertTrue(Files.exists(root.resolve("scanner/surface").resolve(key)), key);
        }
        assertEquals(List.of(LocalEngine.Hold.NONE), engine.holds, "the configuration's store was opened");
    }

    @Test
    void publishingTwiceChangesNothingTheTimeIncluded() throws IOException {
        Path copy = folder.resolve("surface.json");
        String[] line = {FRAGMENTS, "--surface-manifest-output=" + copy};
        Result first = ok(publish(line));
        Map<String, String> before = contents(root);
        String copied = Files.getLastModifiedTime(copy).toString();
        // As if time had passed: the manifest that is stored has another time than one made now.
        Result second = ok(publish(line));
        assertEquals(first, second);
        assertEquals(before, contents(root));
        assertEquals(copied, Files.getLastModifiedTime(copy).toString());
    }

    @Test
    void aGivenTimeCountsBeforeTheEpochOfTheSourcesAndThatBeforeNow() throws IOException {
        environment.put("SOURCE_DATE_EPOCH", "1700000000");
        assertEquals(
                "2023-11-14T22:13:20Z",
                ok(publish(FRAGMENTS, "--output=json"))
                        .json()
                        .at("/manifest/generatedAt")
                        .asText());
        assertEquals(
                "2020-01-02T03:04:05Z",
                ok(publish(FRAGMENTS, "--output=json", "--surface-generated-at=2020-01-02T03:04:05Z"))
                        .json()
                        .at("/manifest/generatedAt")
                        .asText());
        environment.put("SOURCE_DATE_EPOCH", "today");
        assertEquals(11, publish(FRAGMENTS).exit());
        environment.put("SOURCE_DATE_EPOCH", "");
        ok(publish(FRAGMENTS));
    }

    @Test
    void withAGivenTimeTwoMachinesMakeTheSameBytes() throws IOException {
        environment.put("SOURCE_DATE_EPOCH", "1700000000");
        List<Map<String, String>> roots = new ArrayList<>();
        for (String name : new String[] {"one", "two"}) {
            root = folder.resolve(name);
            ok(publish(FRAGMENTS, "--surface-component=builder"));
            Map<String, String> files = contents(root);
            files.replaceAll((file, told) -> told.substring(0, told.indexOf(' ')));
            roots.add(files);
        }
        assertEquals(roots.get(0), roots.get(1));
    }

    @Test
    void theScanIsMadeOfTheContentAndNotOfNamesOrTheirOrder() throws IOException {
        Path other = Files.copy(SAMPLES.resolve("jre.fragments.json"), folder.resolve("other.json"));
        String second = "--surface-layer-fragments=" + SAMPLES.resolve("shop-node.fragments.json");
        JsonNode a = ok(publish(FRAGMENTS, second, "--output=json")).json();
        JsonNode b = ok(publish(second, "--surface-layer-fragments=" + other, FRAGMENTS, "--output=json"))
                .json();
        assertTrue(a.get("scanId").asText().matches("content-[0-9a-f]{32}"), a.get("scanId")::asText);
        assertEquals(a.get("manifestDigest"), b.get("manifestDigest"));
        assertTrue(a.get("created").asBoolean());
        assertFalse(b.get("created").asBoolean());
        assertEquals(2, b.get("artefacts").size(), "equal bytes are listed once");
        JsonNode c = ok(publish(FRAGMENTS, "--output=json")).json();
        assertFalse(c.get("scanId").equals(a.get("scanId")));
        JsonNode d = ok(publish(FRAGMENTS, "--surface-image-digest=" + IMAGE, "--output=json"))
                .json();
        assertFalse(d.get("scanId").equals(c.get("scanId")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "layer-fragments | {\"a\":[1,2,~ 3,]} | is not JSON: unexpected ']' at line 2, column 4",
                "entrytrace-graph | {\"a\": | is not JSON: it ends inside an object at line 1, column 6",
                "entrytrace-ndjson | {\"a\":1}~{\"b\"}~ | is not NDJSON: unexpected '}' at line 2, column 5"
            })
    void aMistakeIsToldWithFileLineAndColumnAndNothingIsWritten(String option, String bad, String expected)
            throws IOException {
        Path file = Files.writeString(folder.resolve("bad"), bad.replace('~', '\n'));
        Path copy = folder.resolve("surface.json");
        Result refused = publish(FRAGMENTS, "--surface-" + option + "=" + file, "--surface-manifest-output=" + copy);
        assertEquals(11, refused.exit());
        assertTrue(refused.err().startsWith("surface-fs: " + file + " " + expected + " "), refused::err);
        assertEquals("", refused.out());
        assertTrue(Files.notExists(root) && Files.notExists(copy));
        ok(publish(FRAGMENTS));
    }

    @Test
    void aFolderStandsForItsFilesOfThatKind() throws IOException {
        Path given = Files.createDirectories(folder.resolve("given/below"));
        Files.writeString(given.resolve("a.json"), "[1]");
        Files.writeString(given.getParent().resolve("b.json"), "[2]");
        Files.writeString(given.resolve("c.ndjson"), "1\n2\n");
        Files.writeString(given.resolve("d.jsonl"), "3\n4\n");
        Files.writeString(given.resolve("README"), "no JSON");
        Files.writeString(given.resolve(".hidden.json"), "no JSON");
        String both = given.getParent().toString();
        JsonNode published = ok(publish(
                        "--surface-entrytrace-graph=" + both, "--surface-entrytrace-ndjson", both, "--output=json"))
                .json();
        assertEquals(4, published.at("/manifest/artifacts").size(), published::toString);
    }

    @Test
    void foldersWithNothingInThemAreSkippedAndWriteNothing() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Path metrics = folder.resolve("m.prom");
        Result skipped = ok(publish("--surface-layer-fragments=" + empty, "--metrics-file=" + metrics));
        assertEquals("", skipped.out());
        assertTrue(Files.notExists(root));
        assertTrue(Files.readString(metrics)
                .contains("surface_manifests_skipped_total{queue=\"\",job_kind=\"\",surface_result=\"skipped\","
                        + "reason=\"no_payloads\",surface_payload_count=\"0\"} 1\n"));
    }

    @Test
    void whatIsMissingIsOneKindOfMistakeAndWhatIsNeitherFileNorFolderAnother() {
        assertEquals(
                1,
                publish("--surface-layer-fragments=" + folder.resolve("nowhere"))
                        .exit());
        assertEquals(1, publish("--surface-layer-fragments=/dev/null").exit());
        assertEquals(
                1,
                publish(FRAGMENTS, "--surface-manifest-output=" + folder.resolve("no/where"))
                        .exit());
        assertTrue(Files.notExists(root));
    }

    @Test
    void everythingMayComeFromTheEnvironmentAndTheCommandLineCountsFirst() throws IOException {
        Path copy = folder.resolve("surface.json");
        environment.putAll(Map.of(
                "STELLAOPS_SURFACE_LAYER_FRAGMENTS",
                SAMPLES.resolve("jre.fragments.json") + ", " + SAMPLES.resolve("shop-node.fragments.json"),
                "STELLAOPS_SURFACE_CACHE_ROOT",
                root.toString(),
                "STELLAOPS_SURFACE_TENANT",
                "acme",
                "STELLAOPS_SURFACE_BUCKET",
                "other-bucket",
                "STELLAOPS_SURFACE_COMPONENT",
                "builder",
                "STELLAOPS_SURFACE_SCAN_ID",
                "scan-2",
                "STELLAOPS_SURFACE_GENERATED_AT",
                "2020-01-02T03:04:05Z",
                "STELLAOPS_SURFACE_MANIFEST_OUTPUT",
                copy.toString(),
                "STELLAOPS_SURFACE_ENTRYTRACE_GRAPH",
                "",
                "STELLAOPS_SURFACE_ENDPOINT",
                ""));
        Result published = ok(run("publish"));
        JsonNode manifest = JSON.readTree(resolved(published.pointer(), "other-bucket"));
        assertEquals("acme", manifest.get("tenant").asText());
        assertEquals("scan-2", manifest.get("scanId").asText());
        assertEquals(2, manifest.get("artifacts").size());
        assertEquals("builder", manifest.at("/source/component").asText());
        assertEquals(manifest, JSON.readTree(Files.readAllBytes(copy)));
        environment.put("STELLAOPS_SURFACE_ENDPOINT", "http://127.0.0.1:1");
        assertEquals(11, run("publish").exit(), "a folder and a service");
        assertEquals(1, run("publish", "--endpoint=http://127.0.0.1:1").exit(), "nobody listens there");
        Result line = ok(run("publish", "--surface-cache-root", root.toString(), "--surface-scan-id=scan-3"));
        assertEquals(
                "scan-3",
                JSON.readTree(resolved(line.pointer(), "other-bucket"))
                        .get("scanId")
                        .asText());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--surface-tenant=ACME",
                "--surface-bucket=No!",
                "--surface-scan-id=-x",
                "--surface-image-digest=sha256:12",
                "--surface-generated-at=yesterday",
                "--surface-attempt=0",
                "--surface-component=two words",
                "--surface-endpoint=http://127.0.0.1:1",
                "--endpoint=http://127.0.0.1:1",
                "--token-file=x"
            })
    void wrongUsageIsRefusedBeforeAnythingIsWritten(String wrong) {
        Result refused = publish(FRAGMENTS, wrong);
        assertEquals(11, refused.exit(), refused::err);
        assertTrue(Files.notExists(root));
    }

    @Test
    void withoutATenantOrAnythingToPublishItIsWrongUsage() {
        assertEquals(
                11, run("publish", FRAGMENTS, "--surface-cache-root=" + root).exit());
        assertEquals(11, publish().exit());
        environment.put("SURFACE_TENANT", "acme");
        ok(run("publish", FRAGMENTS, "--surface-cache-root=" + root));
    }

    @Test
    void withoutACasRootItGoesIntoTheConfiguredStoreWithItsPointer() throws IOException {
        Result published = ok(run("publish", "--surface-tenant=acme", "--surface-scan-id=s1", FRAGMENTS));
        assertTrue(published.pointer().startsWith("cas://surface-manifests/manifests/acme/"), published::pointer);
        JsonNode block =
                ok(run("scan", "surface", "--tenant=acme", "--scan-id=s1")).json();
        assertEquals(published.pointer(), block.get("manifestUri").asText());
        assertEquals(
                "layer.fragments\tsha256:84fa85fe8f748dd6576f08f0ef6f94e1fa6ca1d92019568deef56411e2856c24\n",
                ok(run("ls", "--tenant=acme", "--scan-id=s1")).out());
    }

    @Test
    void theMetricsOfARunAreWrittenWhateverComesOfIt() throws IOException {
        Path metrics = folder.resolve("m.prom");
        engine.metricsPrefix = "scanner_worker_";
        String[] line = {FRAGMENTS, "--metrics-file=" + metrics, "--surface-queue=builds", "--surface-job-kind=image"};
        String labels = "queue=\"builds\",job_kind=\"image\",surface_result=";
        ok(publish(line));
        String published = Files.readString(metrics);
        assertTrue(published.contains("# TYPE scanner_worker_surface_manifests_published_total counter\n"
                + "scanner_worker_surface_manifests_published_total{" + labels
                + "\"published\",reason=\"\",surface_payload_count=\"1\"} 1\n"));
        assertTrue(published.contains("scanner_worker_surface_manifests_failed_total{" + labels
                + "\"failed\",reason=\"\",surface_payload_count=\"1\"} 0\n"));
        assertTrue(published.contains("scanner_worker_surface_payload_persisted_total{" + labels
                + "\"published\",reason=\"\",surface_payload_count=\"1\",surface_kind=\"layer.fragments\"} 1\n"));
        assertTrue(published.contains("scanner_worker_surface_manifest_publish_duration_ms_bucket{" + labels
                + "\"published\",reason=\"\",surface_payload_count=\"1\",le=\"+Inf\"} 1\n"));
        ok(publish(line));
        String again = Files.readString(metrics);
        assertTrue(again.contains("surface_manifests_skipped_total{" + labels
                + "\"skipped\",reason=\"unchanged\",surface_payload_count=\"1\"} 1\n"));
        assertFalse(again.contains("surface_payload_persisted_total{"), "nothing was stored");
        line[0] = "--surface-layer-fragments=" + Files.writeString(folder.resolve("bad"), "{");
        assertEquals(11, publish(line).exit());
        assertTrue(Files.readString(metrics)
                .contains("surface_manifests_failed_total{" + labels
                        + "\"failed\",reason=\"invalid_argument\",surface_payload_count=\"0\"} 1\n"));
        engine.metricsPrefix = "9";
        assertEquals(11, publish(line).exit());
        try (Stream<Path> left = Files.list(folder)) {
            assertTrue(left.noneMatch(file -> file.toString().endsWith(".part")));
        }
    }

    @Test
    void aRootThatAnotherProcessDiedOnIsClearedByTheNextOne() throws IOException {
        Path dead = Files.createDirectories(root.resolve(".surface-fs/tmp/run-dead"));
        Files.writeString(dead.resolve("1"), "half a payload");
        Files.createFile(root.resolve(".surface-fs/users.lock"));
        ok(publish(FRAGMENTS));
        assertTrue(Files.notExists(root.resolve(".surface-fs")));
    }
}
