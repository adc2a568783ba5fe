package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.surfacefs.app.CasFolder;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code publish} as a process: a CAS root that a service takes over, a service that it is sent to, and a kill. */
class PublishIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SAMPLES = Path.of("src/test/resources/samples");
    private static final String IMAGE = "sha256:7ac67c7786c83677ace7d93c29ed599d6452e77cdb6d5516c0039bf0827c30fc";
    private static final String TIME = "--surface-generated-at=2025-01-02T03:04:05Z";
    private static final String GRAPH = "sha256:f131f699cda45a58667e4c58d65876cb5d9dbee4cb36e450204cd6d6f35b903a";

    @TempDir
    Path folder;

    private SurfaceProcess.Result publish(String... more) {
        List<String> line = new ArrayList<>(List.of(
                "publish",
                "--surface-tenant=" + Rest.TENANT,
                "--surface-image-digest=" + IMAGE,
                "--surface-layer-fragments=" + SAMPLES.resolve("jre.fragments.json"),
                "--surface-entrytrace-graph=" + SAMPLES.resolve("tomcat.entrytrace.json"),
                "--surface-entrytrace-ndjson=" + SAMPLES.resolve("tomcat.entrytrace.ndjson")));
        line.addAll(List.of(more));
        return SurfaceProcess.run(folder.resolve("home"), line.toArray(String[]::new));
    }

    private static String pointer(SurfaceProcess.Result result) {
        assertEquals(0, result.exit(), result.stderr());
        assertEquals("", result.stderr());
        return result.out().lines().toList().getLast();
    }

    private static String byPointer(String pointer) {
        return "/api/v1/tenants/" + Rest.TENANT + "/objects?uri=" + URLEncoder.encode(pointer, StandardCharsets.UTF_8);
    }

    private static Rest.Answer get(Rest rest, String path) throws IOException {
        return rest.send("GET", path, null);
    }

    /** The store that a CAS root in {@code stores/surface-cache} is, as a service is told of it. */
    private Map<String, String> takenOver() {
        return Map.of(
                "SURFACE_STORE_ROOT", folder.resolve("stores").toString(),
                "SURFACE_STORE_BUCKET", "surface-cache",
                "SURFACE_STORE_MANIFEST_BUCKET", "surface-cache",
                "SURFACE_STORE_PREFIX", "scanner/surface");
    }

    private SurfaceProcess takeOver() {
        SurfaceProcess.Builder builder = SurfaceProcess.server(folder.resolve("service"));
        takenOver().forEach(builder::env);
        return builder.start();
    }

    @Test
    void aServiceTakesACasRootOverAsItIsAndWhatIsPublishedBesideItIsThereAtOnce() throws IOException {
        String root = "--surface-cache-root=" + folder.resolve("stores/surface-cache");
        Path copy = folder.resolve("surface.json");
        String pointer = pointer(publish(root, TIME, "--surface-manifest-output=" + copy));
        byte[] manifest = Files.readAllBytes(copy);
        Set<Path> published = files(folder.resolve("stores"));
        assertEquals(pointer, pointer(publish(root, TIME)));
        assertEquals(published, files(folder.resolve("stores")), "the second time added or left something");
        assertFalse(Files.exists(folder.resolve("home")), "a publication into a CAS root touched the data folder");

        try (SurfaceProcess server = takeOver();
                Rest rest = new Rest(server)) {
            Rest.Answer found = get(rest, byPointer(pointer));
            assertEquals(200, found.status(), found.text());
            assertArrayEquals(manifest, found.body());
            for (JsonNode artefact : JSON.readTree(manifest).get("artifacts")) {
                Rest.Answer payload = get(rest, byPointer(artefact.get("uri").asText()));
                assertEquals(200, payload.status(), payload.text());
                assertEquals(artefact.get("digest").asText(), Rest.digest(payload.body()));
                assertEquals(
                        artefact.get("mediaType").asText(),
                        payload.headers().firstValue("Content-Type").orElse(""));
            }
            assertEquals(3, rest.listed(IMAGE).size());
            String scans = get(
                            rest,
                            "/api/v1/tenants/" + Rest.TENANT + "/manifests?kind=surface.manifest&image_digest=" + IMAGE)
                    .text();
            assertEquals(1, JSON.readTree(scans).get("manifests").size());

            // Beside the running service, another attempt of the same content.
            String second = pointer(publish(root, "--surface-generated-at=2025-01-02T03:04:06Z"));
            assertEquals(200, get(rest, byPointer(second)).status());
            String scan = JSON.readTree(manifest).get("scanId").asText();
            assertEquals(
                    "2025-01-02T03:04:06Z",
                    JSON.readTree(get(rest, "/api/v1/tenants/" + Rest.TENANT + "/scans/" + scan + "/manifest")
                                    .body())
                            .get("generatedAt")
                            .asText());

            // To the service, over either kind of endpoint, it is the same again.
            for (String endpoint :
                    List.of("http://127.0.0.1:" + server.httpPort(), "grpc://127.0.0.1:" + server.grpcPort())) {
                String far = pointer(publish("--surface-endpoint=" + endpoint, TIME));
                assertEquals(
                        "cas://surface-manifests/" + pointer.substring("cas://surface-cache/scanner/surface/".length()),
                        far);
                assertEquals(found.text(), get(rest, byPointer(far)).text());
            }
        }
        SurfaceProcess.Result checked =
                SurfaceProcess.run(folder.resolve("service"), takenOver(), new byte[0], "fsck", "--output=json");
        assertEquals(0, checked.exit(), checked.stderr());
        assertEquals(5, JSON.readTree(checked.stdout()).get("checked").asInt());
    }

    @Test
    void whatAKillBrokeOffIsCompletedByTheNextRun() throws Exception {
        Path root = folder.resolve("stores/surface-cache");
        Path large = folder.resolve("large.ndjson");
        try (BufferedWriter out = Files.newBufferedWriter(large)) {
            Random random = new Random(3);
            for (int i = 0; i < 1_500_000; i++) {
                out.write("{\"id\":" + random.nextLong() + ",\"x\":\"" + Long.toHexString(random.nextLong()) + "\"}\n");
            }
        }
        String[] line = {
            "publish",
            "--surface-tenant=" + Rest.TENANT,
            "--surface-scan-id=s1",
            "--surface-cache-root=" + root,
            TIME,
            "--surface-entrytrace-graph=" + SAMPLES.resolve("tomcat.entrytrace.json"),
            "--surface-entrytrace-ndjson=" + large
        };
        Process first = SurfaceProcess.begin(folder.resolve("home"), line);
        try {
            Path graph = root.resolve("scanner/surface/tenants/" + Rest.TENANT + "/entrytrace.graph");
            Patience.until(() -> !first.isAlive() || Files.exists(graph), () -> "nothing is being written");
            assertTrue(first.isAlive(), "the kill came too late");
        } finally {
            first.destroyForcibly().waitFor();
        }
        assertFalse(Files.exists(root.resolve("scanner/surface/manifests")), "the manifest does not come last");

        String pointer = pointer(SurfaceProcess.run(folder.resolve("home"), line));
        assertFalse(Files.exists(root.resolve(".surface-fs")), "what the dead process left is still there");
        JsonNode manifest =
                JSON.readTree(Files.readAllBytes(root.resolve(pointer.substring("cas://surface-cache/".length()))));
        assertEquals(GRAPH, manifest.at("/artifacts/0/digest").asText());
        assertEquals(Files.size(large), manifest.at("/artifacts/1/sizeBytes").asLong());
        SurfaceProcess.Result checked =
                SurfaceProcess.run(folder.resolve("service"), takenOver(), new byte[0], "fsck", "--output=json");
        assertEquals(0, checked.exit(), checked.stderr() + checked.out());
        assertEquals(3, JSON.readTree(checked.stdout()).get("checked").asInt());
    }

    @Test
    void whoeverStillUsesACasRootKeepsItsFilesWhenAnotherIsDone() throws IOException {
        Path root = folder.resolve("cas");
        Path work = root.resolve(".surface-fs");
        try (CasFolder other = CasFolder.open(root, "surface-cache", "scanner/surface")) {
            pointer(publish("--surface-cache-root=" + root));
            assertTrue(Files.exists(work.resolve("users.lock")), "cleared under another's hands");
            assertEquals(root, other.place().root());
        }
        assertFalse(Files.exists(work));
        assertTrue(Files.exists(root.resolve("scanner/surface/format.json")));
    }

    @Test
    void itsVariablesAndThePrefixOfMetricsComeFromTheEnvironment() throws IOException {
        Path metrics = folder.resolve("m.prom");
        SurfaceProcess.Result published = SurfaceProcess.run(
                folder.resolve("home"),
                Map.of(
                        "STELLAOPS_SURFACE_TENANT",
                        Rest.TENANT,
                        "STELLAOPS_SURFACE_CACHE_ROOT",
                        folder.resolve("cas").toString(),
                        "STELLAOPS_SURFACE_LAYER_FRAGMENTS",
                        SAMPLES.resolve("jre.fragments.json").toString(),
                        "STELLAOPS_SURFACE_METRICS_FILE",
                        metrics.toString(),
                        "STELLAOPS_SURFACE_QUEUE",
                        "builds",
                        "SURFACE_METRICS_PREFIX",
                        "scanner_worker_",
                        "SURFACE_STORE_TYPE",
                        "s3",
                        "SOURCE_DATE_EPOCH",
                        "1700000000"),
                new byte[0],
                "publish",
                "--output=json");
        assertEquals(0, published.exit(), published.stderr());
        assertEquals(
                "2023-11-14T22:13:20Z",
                JSON.readTree(published.stdout()).at("/manifest/generatedAt").asText());
        assertTrue(Files.readString(metrics)
                .contains("\nscanner_worker_surface_manifests_published_total{queue=\"builds\""));
    }

    private static Set<Path> files(Path below) throws IOException {
        try (Stream<Path> walked = Files.walk(below)) {
            return new TreeSet<>(walked.toList());
        }
    }
}
