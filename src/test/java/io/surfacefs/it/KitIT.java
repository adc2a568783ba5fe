package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kits by the command line: out of a folder, into a service over a bucket, out of that, and what goes wrong. */
@Tag("versitygw")
class KitIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SAMPLES = Path.of("src/test/resources/samples");
    private static final String INDEX = "offline/surface/manifest-index.json";

    @TempDir
    static Path shared;

    private static Versitygw s3;
    private static SurfaceProcess folder;
    private static SurfaceProcess bucket;
    private static int samples;

    @TempDir
    Path place;

    @BeforeAll
    static void start() throws IOException {
        s3 = Versitygw.start(shared.resolve("s3"));
        s3.makeBucket("surface-cache");
        s3.makeBucket("surface-manifests");
        folder = SurfaceProcess.server(shared.resolve("folder")).start();
        bucket = SurfaceProcess.server(shared.resolve("bucket"))
                .env("SURFACE_STORE_TYPE", "s3")
                .env("SURFACE_STORE_ENDPOINT", s3.endpoint().toString())
                .env("AWS_ACCESS_KEY_ID", Versitygw.ACCESS_KEY)
                .env("AWS_SECRET_ACCESS_KEY", Versitygw.SECRET_KEY)
                .start();
        fill();
    }

    /** All samples, as their list has them, and a scan manifest for each scan. */
    private static void fill() throws IOException {
        List<String> lines = Files.readAllLines(SAMPLES.resolve("index.tsv"));
        List<String> head = Arrays.asList(lines.getFirst().split("\t", -1));
        Map<String, String> scans = new LinkedHashMap<>();
        try (Rest rest = new Rest(folder)) {
            for (String line : lines.subList(1, lines.size())) {
                String[] row = line.split("\t", -1);
                Rest.Answer put = rest.send(
                        "POST",
                        "/api/v1/tenants/acme/artefacts/" + row[head.indexOf("kind")],
                        Files.readAllBytes(SAMPLES.resolve(row[0])),
                        "Content-Type",
                        row[head.indexOf("content_type")],
                        "Surface-Image-Digest",
                        row[head.indexOf("image_digest")],
                        "Surface-Scan-Id",
                        row[head.indexOf("scan_id")]);
                assertEquals(201, put.status(), put::text);
                scans.put(row[head.indexOf("scan_id")], row[head.indexOf("image_digest")]);
                samples++;
            }
            for (Map.Entry<String, String> scan : scans.entrySet()) {
                Rest.Answer put = rest.send(
                        "PUT",
                        "/api/v1/tenants/acme/scans/" + scan.getKey() + "/manifest",
                        ("{\"artifacts\":[],\"imageDigest\":\"" + scan.getValue() + "\"}")
                                .getBytes(StandardCharsets.UTF_8));
                assertEquals(201, put.status(), put::text);
                samples++;
            }
        }
    }

    @AfterAll
    static void stop() {
        folder.close();
        bucket.close();
        s3.close();
    }

    private static String http(SurfaceProcess server) {
        return "http://127.0.0.1:" + server.httpPort();
    }

    private static String grpc(SurfaceProcess server) {
        return "grpc://127.0.0.1:" + server.grpcPort();
    }

    private static SurfaceProcess.Result kit(Path home, int exit, String... line) {
        List<String> all = new ArrayList<>(List.of("kit"));
        all.addAll(List.of(line));
        SurfaceProcess.Result result = SurfaceProcess.run(home, all.toArray(String[]::new));
        assertEquals(exit, result.exit(), result.out() + result.stderr());
        return result;
    }

    private static JsonNode json(SurfaceProcess.Result result) throws IOException {
        return JSON.readTree(result.stdout());
    }

    @Test
    void allSamplesGoThroughAFolderABucketAndAnotherFolderAndStayTheSameBytes() throws IOException {
        Path first = place.resolve("first.tar");
        kit(shared.resolve("folder"), 0, "export", "--tenant=acme", "--kit-version=7", first.toString());
        JsonNode dry = json(
                kit(place, 0, "import", "--dry-run", first.toString(), "--endpoint", http(bucket), "--output=json"));
        assertEquals(samples, dry.get("toImport").asInt());
        JsonNode report = json(kit(place, 0, "import", first.toString(), "--endpoint", http(bucket), "--output=json"));
        assertEquals(samples, report.get("imported").asInt(), report::toString);
        assertEquals(0, report.get("bad").asInt() + report.get("differing").asInt(), report::toString);

        Path second = place.resolve("second.tar");
        kit(place, 0, "export", "--tenant=acme", "--kit-version=7", second.toString(), "--endpoint", grpc(bucket));
        assertEquals(-1, Files.mismatch(first, second));
        Path third = place.resolve("third");
        kit(place, 0, "export", "--tenant=acme", "--kit-version=7", third.toString(), "--endpoint", http(bucket));
        Path home = place.resolve("home");
        kit(home, 0, "import", third.toString());
        Path last = place.resolve("last.tar");
        kit(home, 0, "export", "--tenant=acme", "--kit-version=7", last.toString());
        assertEquals(-1, Files.mismatch(first, last));
        kit(home, 0, "verify", last.toString());
        JsonNode diff = json(kit(home, 0, "diff", first.toString(), third.toString(), "--output=json"));
        assertEquals(samples, diff.get("same").asInt());
        assertEquals(0, diff.get("changes").size());

        JsonNode again = json(kit(place, 0, "import", first.toString(), "--endpoint", grpc(bucket), "--output=json"));
        assertEquals(samples, again.get("known").asInt());
        assertEquals(0, again.get("imported").asInt());
    }

    @Test
    void anOlderKitIsRefusedOverGrpcAsOverRestAndTheSameOneAndANewerComeInUnforced() throws IOException {
        for (int version : new int[] {6, 7, 8}) {
            kit(
                    shared.resolve("folder"),
                    0,
                    "export",
                    "--tenant=acme",
                    "--kit-version=" + version,
                    place.resolve(version + ".tar").toString());
        }
        try (SurfaceProcess far = SurfaceProcess.server(place.resolve("far")).start()) {
            assertEquals(samples, over(grpc(far), 0, 7).get("imported").asInt());
            for (String endpoint : List.of(grpc(far), http(far))) {
                String older = place.resolve("6.tar").toString();
                SurfaceProcess.Result refused = kit(place, 8, "import", older, "--endpoint", endpoint);
                assertTrue(refused.stderr().contains("older than 7"), refused.stderr());
                assertEquals("", refused.out());
                SurfaceProcess.Result dry = kit(place, 8, "import", "--dry-run", older, "--endpoint", endpoint);
                assertEquals("", dry.out());
                assertEquals(samples, over(endpoint, 0, 7).get("known").asInt());
                kit(place, 0, "import", "--force", older, "--endpoint", endpoint);
                kit(place, 8, "import", older, "--endpoint", endpoint);
            }
            assertEquals(samples, over(grpc(far), 0, 8).get("known").asInt());
            over(http(far), 8, 7);
        }
    }

    /** The report of an import, or nothing where it was refused. */
    private JsonNode over(String endpoint, int exit, int version) throws IOException {
        String tar = place.resolve(version + ".tar").toString();
        return json(kit(place, exit, "import", tar, "--endpoint", endpoint, "--output=json"));
    }

    @Test
    void aDryRunNamesEachEntryAndWhatWouldBecomeOfItAndTheImportDoesThat() throws Exception {
        Path signer = place.resolve("site-a.pem");
        Path keys = Files.createDirectory(place.resolve("keys"));
        openssl("genpkey", "-algorithm", "ed25519", "-out", signer.toString());
        String shown = keys.resolve("site-a.pem").toString();
        openssl("pkey", "-in", signer.toString(), "-pubout", "-out", shown);
        Map<String, String> signing = Map.of("SURFACE_SIGNING_KEY_FILE", signer.toString());
        Map<String, String> strict =
                Map.of("SURFACE_SIGNING_VERIFY", "require", "SURFACE_SIGNING_TRUST_DIR", keys.toString());
        Path from = place.resolve("from");
        String unsigned = put(from, Map.of(), "of nobody");
        String signed = put(from, signing, "of site a");
        Path kit = place.resolve("kit.tar");
        with(from, signing, 0, "kit", "export", "--tenant=acme", kit.toString());

        Path home = place.resolve("home");
        put(home, signing, "something else");
        Map<String, String> before = files(home.resolve("store"));
        String why = "the manifest is not to be trusted: nobody signed it";
        SurfaceProcess.Result dry = with(home, strict, 5, "kit", "import", "--dry-run", kit.toString());
        List<String> lines = dry.out().lines().toList();
        assertEquals("+ acme/sbom.fragment/" + signed, lines.get(0));
        String path = "offline/surface/manifests/tenants/acme/sbom.fragment/" + hex(unsigned) + ".json";
        assertEquals(path + ": " + why, lines.get(1));
        assertTrue(lines.get(2).startsWith("2 entries: 1 to import, 0 known, 1 put aside; "), dry.out());
        assertEquals(3, lines.size(), dry.out());
        JsonNode plan = json(with(home, strict, 5, "kit", "import", "--dry-run", kit.toString(), "--output=json"));
        assertEquals(Map.of(signed, "import", unsigned, "aside SIGNATURE " + why), outcomes(plan));
        assertEquals(1, plan.get("toImport").asInt());
        assertEquals(path, plan.at("/problems/0/path").asText());
        assertEquals(before, files(home.resolve("store")));
        assertFalse(Files.exists(home.resolve("kit-aside")));

        JsonNode report = json(with(home, strict, 5, "kit", "import", kit.toString(), "--output=json"));
        assertEquals(1, report.get("imported").asInt());
        assertEquals(
                plan.get("problems").get(0).get("path"),
                report.get("problems").get(0).get("path"));
        plan = json(with(home, strict, 5, "kit", "import", "--dry-run", kit.toString(), "--output=json"));
        assertEquals("known", outcomes(plan).get(signed));

        SurfaceProcess.Result warned = with(
                place.resolve("warning"),
                Map.of("SURFACE_SIGNING_VERIFY", "warn", "SURFACE_SIGNING_TRUST_DIR", keys.toString()),
                0,
                "kit",
                "import",
                "--dry-run",
                kit.toString());
        assertTrue(warned.out().contains("+ acme/sbom.fragment/" + unsigned + " (nobody signed it)\n"), warned.out());
        SurfaceProcess.Result far = kit(
                place,
                0,
                "import",
                "--dry-run",
                "--trust",
                keys.toString(),
                kit.toString(),
                "--endpoint",
                grpc(folder));
        assertTrue(far.out().contains("+ acme/sbom.fragment/" + unsigned + " (nobody signed it)\n"), far.out());
        assertTrue(far.stderr().contains("surface.signing.verify): 1 to import"), far.stderr());
    }

    private static Map<String, String> outcomes(JsonNode plan) {
        Map<String, String> outcomes = new LinkedHashMap<>();
        for (JsonNode one : plan.get("plan")) {
            assertEquals("acme", one.get("tenant").asText());
            assertEquals("sbom.fragment", one.get("kind").asText());
            String why = one.has("fault")
                    ? " " + one.get("fault").asText() + " " + one.get("message").asText()
                    : "";
            outcomes.put(one.get("digest").asText(), one.get("outcome").asText() + why);
        }
        return outcomes;
    }

    @Test
    void verifyNamesManifestsThatNobodySignedWhoCounts() throws Exception {
        Path keys = Files.createDirectory(place.resolve("keys"));
        for (String name : List.of("site-a", "stranger")) {
            String pem = place.resolve(name + ".pem").toString();
            openssl("genpkey", "-algorithm", "ed25519", "-out", pem);
        }
        String signer = place.resolve("site-a.pem").toString();
        openssl(
                "pkey",
                "-in",
                signer,
                "-pubout",
                "-out",
                keys.resolve("site-a.pem").toString());
        Map<String, String> signing = Map.of("SURFACE_SIGNING_KEY_FILE", signer);
        Path from = place.resolve("from");
        put(from, signing, "of site a");
        Path good = place.resolve("good.tar");
        with(from, signing, 0, "kit", "export", "--tenant=acme", good.toString());
        kit(place, 0, "verify", "--trust", keys.toString(), good.toString());

        String strange = put(
                from,
                Map.of("SURFACE_SIGNING_KEY_FILE", place.resolve("stranger.pem").toString()),
                "of a stranger");
        Path bad = place.resolve("bad.tar");
        with(from, signing, 0, "kit", "export", "--tenant=acme", bad.toString());
        JsonNode report = json(kit(place, 5, "verify", "--trust", keys.toString(), bad.toString(), "--output=json"));
        assertEquals(1, report.get("bad").asInt(), report::toString);
        assertTrue(report.at("/problems/0/path").asText().endsWith(hex(strange) + ".json"), report::toString);
        assertEquals(
                "the manifest is not to be trusted: signed by 'stranger', whose key is not among those trusted here:"
                        + " [site-a]",
                report.at("/problems/0/message").asText());
        SurfaceProcess.Result warned =
                kit(place, 0, "verify", "--verify=warn", "--trust", keys.toString(), bad.toString());
        assertTrue(warned.stderr().contains(hex(strange) + ".json: signed by 'stranger'"), warned.stderr());
        kit(place, 0, "verify", bad.toString());
    }

    private static SurfaceProcess.Result with(Path home, Map<String, String> environment, int exit, String... line) {
        SurfaceProcess.Result result = SurfaceProcess.run(home, environment, new byte[0], line);
        assertEquals(exit, result.exit(), result.out() + result.stderr());
        return result;
    }

    /** Puts an artefact and tells its digest. */
    private static String put(Path home, Map<String, String> environment, String text) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        SurfaceProcess.Result result =
                SurfaceProcess.run(home, environment, payload, "put", "--tenant=acme", "--kind=sbom.fragment", "-");
        assertEquals(0, result.exit(), result.out() + result.stderr());
        return Rest.digest(payload);
    }

    private static String hex(String digest) {
        return digest.substring("sha256:".length());
    }

    private static Map<String, String> files(Path folder) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(folder.relativize(file).toString(), Rest.digest(Files.readAllBytes(file)));
            }
        }
        return files;
    }

    @Test
    void exitCodesSayTheGravestOfWhatWasFound() throws IOException {
        Path good = place.resolve("kit");
        kit(place, 0, "export", "--tenant=acme", "--kit-version=7", good.toString(), "--endpoint", http(folder));
        Path home = place.resolve("home");
        List<Path> payloads;
        try (Stream<Path> all = Files.walk(good)) {
            payloads = all.filter(file -> file.toString().endsWith(".zst"))
                    .sorted()
                    .toList();
        }
        Files.move(payloads.get(0), place.resolve("aside"));
        JsonNode missing = json(kit(home, 1, "import", good.toString(), "--output=json"));
        assertEquals("MISSING", missing.at("/problems/0/fault").asText());
        assertEquals(samples - 1, missing.get("imported").asInt());
        Path kept = Path.of(missing.get("aside").asText());
        assertEquals(home.resolve("kit-aside").toRealPath(), kept.getParent().toRealPath());
        assertEquals(2, count(kept), "its manifest and the reason");
        byte[] flipped = Files.readAllBytes(payloads.get(1));
        byte[] right = flipped.clone();
        flipped[flipped.length / 2] ^= 1;
        Files.write(payloads.get(1), flipped);
        kit(home, 2, "verify", good.toString());
        Files.write(payloads.get(1), right);
        Files.createSymbolicLink(payloads.get(0), place.resolve("aside"));
        kit(home, 11, "import", good.toString());
        Files.delete(payloads.get(0));
        Files.move(place.resolve("aside"), payloads.get(0));
        JsonNode whole = json(kit(home, 0, "import", good.toString(), "--output=json"));
        assertEquals(1, whole.get("imported").asInt());
        assertEquals(samples - 1, whole.get("known").asInt());

        Path older = place.resolve("older.tar");
        kit(place, 0, "export", "--tenant=acme", "--kit-version=6", older.toString(), "--endpoint", http(folder));
        SurfaceProcess.Result refused = kit(home, 8, "import", older.toString());
        assertTrue(refused.stderr().contains("older than 7"), refused.stderr());
        kit(home, 0, "import", "--force", older.toString());
        kit(home, 1, "verify", place.resolve("nothing.tar").toString());
        kit(home, 11, "verify", "--verify=require", older.toString());
        Files.writeString(good.resolve(INDEX), "{}");
        kit(home, 11, "import", "--force", good.toString());
        kit(home, 11, "export", "--tenant=acme", older.toString());
        assertFalse(kit(home, 11, "export", older.toString()).stderr().isEmpty());
    }

    @Test
    void aSignedKitComesInWhereTheKeyIsTrustedAndNowhereElse() throws Exception {
        Path key = place.resolve("site-a.pem");
        Path keys = Files.createDirectory(place.resolve("keys"));
        openssl("genpkey", "-algorithm", "ed25519", "-out", key.toString());
        Path kit = place.resolve("kit.tar");
        kit(
                place,
                0,
                "export",
                "--tenant=acme",
                kit.toString(),
                "--sign-key",
                key.toString(),
                "--endpoint",
                http(folder));
        Path other = place.resolve("other.pem");
        openssl("genpkey", "-algorithm", "ed25519", "-out", other.toString());
        openssl(
                "pkey",
                "-in",
                other.toString(),
                "-pubout",
                "-out",
                keys.resolve("other.pem").toString());
        SurfaceProcess.Result refused =
                kit(place.resolve("home"), 5, "import", "--trust", keys.toString(), kit.toString());
        assertTrue(refused.stderr().contains("site-a"), refused.stderr());
        assertFalse(Files.exists(place.resolve("home/store/surface-manifests/tenants")));
        openssl(
                "pkey",
                "-in",
                key.toString(),
                "-pubout",
                "-out",
                keys.resolve("site-a.pem").toString());
        JsonNode report = json(
                kit(place.resolve("home"), 0, "import", "--trust", keys.toString(), kit.toString(), "--output=json"));
        assertEquals("site-a", report.get("signedBy").asText());
        assertEquals(samples, report.get("imported").asInt());
    }

    private static void openssl(String... line) throws Exception {
        List<String> all = new ArrayList<>(List.of("openssl"));
        all.addAll(List.of(line));
        assertEquals(
                0, new ProcessBuilder(all).redirectErrorStream(true).start().waitFor());
    }

    @Test
    void anImportThatWasKilledGoesOnWhereItStoodAndLeavesTheSame() throws Exception {
        Path source = place.resolve("source");
        try (SurfaceProcess server = SurfaceProcess.server(source).start();
                Rest rest = new Rest(server)) {
            Random random = new Random(11);
            for (int i = 0; i < 120; i++) {
                byte[] payload = new byte[200_000];
                random.nextBytes(payload);
                assertEquals(
                        201,
                        rest.send("POST", "/api/v1/tenants/acme/artefacts/runtime.delta", payload)
                                .status());
            }
        }
        Path kit = place.resolve("kit.tar");
        kit(source, 0, "export", "--tenant=acme", kit.toString());
        Path home = place.resolve("home");
        Process cut = SurfaceProcess.begin(home, "kit", "import", kit.toString());
        Path manifests = home.resolve("store/surface-manifests/tenants/acme/runtime.delta");
        Patience.until(() -> Files.isDirectory(manifests) && count(manifests) > 3, () -> "nothing comes in");
        cut.destroyForcibly().waitFor();
        JsonNode report = json(kit(home, 0, "import", kit.toString(), "--output=json"));
        assertEquals(120, report.get("imported").asInt() + report.get("known").asInt(), report::toString);
        assertTrue(report.get("known").asInt() > 0, report::toString);
        Path again = place.resolve("again.tar");
        kit(home, 0, "export", "--tenant=acme", again.toString());
        assertEquals(-1, Files.mismatch(kit, again));
    }

    private static long count(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).count();
        } catch (IOException | java.io.UncheckedIOException e) {
            return 0; // it is being made
        }
    }
}
