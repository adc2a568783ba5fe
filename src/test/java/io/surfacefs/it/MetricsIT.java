package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.grpc.v1.GetManifestRequest;
import io.surfacefs.grpc.v1.GetPayloadRequest;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a service and a sidecar in front of it tell a scraper. */
class MetricsIT {
    private static final String KIND = "sbom.fragment";
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** What the contract names of a service. */
    private static final List<String> TOLD = List.of(
            "surface_manifest_put_seconds",
            "surface_manifest_get_seconds",
            "surface_payload_get_seconds",
            "surface_manifest_cache_hit_total",
            "surface_manifest_cache_miss_total",
            "surface_payload_persisted_total",
            "surface_cache_bytes",
            "surface_cache_quota_bytes",
            "surface_cache_entries",
            "surface_cache_evictions_total",
            "surface_cache_quarantined_total",
            "surface_cache_open_seconds",
            "surface_spool_depth",
            "surface_spool_age_seconds",
            "surface_spool_delivered_total",
            "surface_store_requests_total",
            "surface_prefetch_total");

    /** What it names of a publisher, whose metrics are a file. */
    private static final List<String> PUBLISHED = List.of(
            "surface_payload_persisted_total",
            "surface_manifests_published_total",
            "surface_manifests_failed_total",
            "surface_manifests_skipped_total",
            "surface_manifest_publish_duration_ms");

    @TempDir
    static Path folder;

    private static SurfaceProcess service;
    private static SurfaceProcess sidecar;
    private static Rest there;
    private static Rest here;

    @BeforeAll
    static void start() {
        service = SurfaceProcess.server(folder.resolve("service"))
                .env("SURFACE_METRICS_TENANT_LABEL", "true")
                .env("SURFACE_METRICS_TENANT_LABEL_LIMIT", "1")
                .start();
        sidecar = SurfaceProcess.server(folder.resolve("sidecar"))
                .env("SURFACE_STORE_TYPE", "upstream")
                .env("SURFACE_STORE_ENDPOINT", "http://127.0.0.1:" + service.grpcPort())
                .env("SURFACE_CACHE_MEMORY_QUOTA", "0")
                .env("SURFACE_CACHE_MANIFEST_MAX_AGE", "10m")
                .env("SURFACE_WRITE_MODE", "write-behind")
                .env("SURFACE_METRICS_PREFIX", "scanner_worker_")
                .start();
        there = new Rest(service);
        here = new Rest(sidecar);
    }

    @AfterAll
    static void stop() {
        here.close();
        there.close();
        sidecar.close();
        service.close();
    }

    private static HttpResponse<String> scrape(SurfaceProcess server, String accept) {
        try {
            return HTTP.send(
                    HttpRequest.newBuilder(server.management("/q/metrics"))
                            .header("Accept", accept)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String scrape(SurfaceProcess server) {
        return scrape(server, "text/plain").body();
    }

    /** The sum of all series of a name whose labels have all these. */
    private static double value(SurfaceProcess server, String name, String... labels) {
        return scrape(server)
                .lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> Stream.of(labels).allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static Set<String> helped(String text) {
        return text.lines()
                .filter(line -> line.matches("# HELP \\S+ \\S.*"))
                .map(line -> line.split(" ", -1)[2])
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void noHelpTextHasAnEscapeThatTheFormatLacks() throws IOException {
        List<String> quoted = scrape(service)
                .lines()
                .filter(line -> line.startsWith("# HELP ") && line.contains("\\\""))
                .toList();
        assertEquals(List.of(), quoted);
    }

    @Test
    void everyMetricOfTheContractIsTold() throws IOException {
        String digest = here.stored(KIND, Rest.noise(300, 1));
        SpoolProbe.awaitDelivered(sidecar);
        here.payload(KIND, digest);
        Set<String> told = helped(scrape(service));
        told.addAll(helped(scrape(sidecar)));
        Set<String> missing = new TreeSet<>(TOLD);
        missing.removeAll(told);
        assertEquals(Set.of(), missing);
        String unknown = scrape(service)
                .lines()
                .filter(line -> line.startsWith("# HELP surface_") && line.matches("# HELP \\S+ ?"))
                .collect(Collectors.joining("\n"));
        assertEquals("", unknown);
    }

    @Test
    void everyMetricOfThePublisherStandsInItsFile() throws IOException {
        Path fragment = Files.writeString(folder.resolve("fragments.json"), "[]");
        Path metrics = folder.resolve("publish.prom");
        SurfaceProcess.Result done = SurfaceProcess.run(
                folder.resolve("publisher"),
                "publish",
                "--surface-layer-fragments",
                fragment.toString(),
                "--surface-cache-root",
                folder.resolve("cas").toString(),
                "--surface-tenant",
                Rest.TENANT,
                "--surface-image-digest",
                "sha256:" + "ab".repeat(32),
                "--metrics-file",
                metrics.toString());
        assertEquals(0, done.exit(), done::stderr);
        Set<String> missing = new TreeSet<>(PUBLISHED);
        missing.removeAll(helped(Files.readString(metrics)));
        assertEquals(Set.of(), missing);
    }

    @Test
    void aReadThatMemoryAnswersIsCountedOverEveryEdge() throws IOException {
        String digest = there.stored(KIND, Rest.noise(500, 2));
        there.payload(KIND, digest); // now both are in memory
        String[] count = {"outcome=\"ok\"", "tenant=\"" + Rest.TENANT + "\""};
        String[] hot = {"tier=\"memory\"", "tenant=\"" + Rest.TENANT + "\""};
        List<String> names = List.of(
                "surface_manifest_get_seconds_count",
                "surface_payload_get_seconds_count",
                "surface_manifest_cache_hit_total",
                "surface_manifest_cache_miss_total");
        List<Double> before = new ArrayList<>();
        names.forEach(name -> before.add(value(service, name, name.endsWith("_count") ? count : hot)));
        for (int i = 0; i < 20; i++) {
            assertEquals(200, there.manifest(KIND, digest).status());
            assertEquals(200, there.payload(KIND, digest).status());
        }
        try (GrpcClient grpc = new GrpcClient(service)) {
            for (int i = 0; i < 10; i++) {
                grpc.get(GetPayloadRequest.newBuilder()
                        .setTenant(Rest.TENANT)
                        .setKind(KIND)
                        .setDigest(digest)
                        .build());
                grpc.surface()
                        .getManifest(GetManifestRequest.newBuilder()
                                .setTenant(Rest.TENANT)
                                .setKind(KIND)
                                .setDigest(digest)
                                .build());
            }
        }
        List<Double> more = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            more.add(value(service, names.get(i), names.get(i).endsWith("_count") ? count : hot) - before.get(i));
        }
        assertEquals(List.of(30.0, 30.0, 60.0, 0.0), more);
    }

    @Test
    void eachTierTellsWhatItHad() throws IOException {
        String digest = there.stored(KIND, Rest.noise(700, 3));
        String[][] tiers = {{"tier=\"memory\""}, {"tier=\"disk\""}, {"tier=\"store\""}};
        double[] hits = new double[3];
        double[] misses = new double[3];
        for (int i = 0; i < 3; i++) {
            hits[i] = value(sidecar, "surface_manifest_cache_hit_total", tiers[i]);
            misses[i] = value(sidecar, "surface_manifest_cache_miss_total", tiers[i]);
        }
        assertEquals(200, here.manifest(KIND, digest).status());
        Patience.until(() -> value(sidecar, "surface_cache_entries") > 0, () -> "nothing is kept\n" + sidecar.output());
        Patience.until(
                () -> {
                    try {
                        here.manifest(KIND, digest);
                    } catch (IOException e) {
                        return false;
                    }
                    return value(sidecar, "surface_manifest_cache_hit_total", tiers[1]) > hits[1];
                },
                () -> scrape(sidecar));
        assertEquals(0, value(sidecar, "surface_manifest_cache_hit_total", tiers[0]) - hits[0], "memory holds nothing");
        assertTrue(value(sidecar, "surface_manifest_cache_miss_total", tiers[0]) - misses[0] >= 2);
        assertTrue(value(sidecar, "surface_manifest_cache_miss_total", tiers[1]) - misses[1] >= 1);
        assertTrue(value(sidecar, "surface_manifest_cache_hit_total", tiers[2]) - hits[2] >= 1);
        double absent = value(sidecar, "surface_manifest_cache_miss_total", tiers[2]);
        assertEquals(404, here.manifest(KIND, "sha256:" + "0d".repeat(32)).status());
        assertEquals(1, value(sidecar, "surface_manifest_cache_miss_total", tiers[2]) - absent);
    }

    @Test
    void aTenantBeyondTheLimitIsNotNamedAndAPrefixStandsWhereItIsWanted() throws IOException {
        there.stored(KIND, Rest.noise(100, 4));
        for (String tenant : new String[] {"second", "third"}) {
            String path = "/api/v1/tenants/" + tenant + "/artefacts/" + KIND;
            assertEquals(
                    201,
                    there.send("POST", path, tenant.getBytes(StandardCharsets.UTF_8))
                            .status());
        }
        String text = scrape(service);
        List<String> named = Stream.of(Rest.TENANT, "second", "third", "_other")
                .filter(tenant -> text.contains("tenant=\"" + tenant + "\""))
                .toList();
        assertEquals(2, named.size(), named::toString);
        assertTrue(named.contains("_other"), named::toString);
    }

    @Test
    void whoAsksForOpenMetricsGetsThemAndEverybodyElseTheText() {
        for (String asked : List.of(
                "application/openmetrics-text",
                "application/openmetrics-text; version=1.0.0; charset=utf-8",
                "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1")) {
            HttpResponse<String> answer = scrape(service, asked);
            assertTrue(type(answer).startsWith("application/openmetrics-text"), asked);
            assertTrue(answer.body().endsWith("# EOF\n"), answer::body);
        }
        for (String asked : List.of("text/plain", "*/*", "text/html,*/*;q=0.8")) {
            HttpResponse<String> answer = scrape(service, asked);
            assertTrue(type(answer).startsWith("text/plain"), asked);
            assertTrue(answer.body().contains("# HELP surface_manifest_cache_hit_total "), answer::body);
        }
    }

    private static String type(HttpResponse<String> answer) {
        return answer.headers().firstValue("Content-Type").orElse("");
    }
}
