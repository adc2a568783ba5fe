package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.Tenant;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fsck --repair-from}: what rotted in one site comes back from another's kit, or from the other site itself. */
class RepairIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SAMPLES = Path.of("src/test/resources/samples");

    @TempDir
    static Path shared;

    private static SurfaceProcess site;
    private static final List<ArtefactKey> KEYS = new ArrayList<>();
    private static ArtefactKey scan;
    private static Path kit;

    @TempDir
    Path home;

    @BeforeAll
    static void fill() throws IOException {
        site = SurfaceProcess.server(shared.resolve("site")).start();
        try (Rest rest = new Rest(site)) {
            for (String line : Files.readAllLines(SAMPLES.resolve("index.tsv")).subList(1, 4)) {
                String[] row = line.split("\t", -1);
                Rest.Answer put = rest.send(
                        "POST",
                        "/api/v1/tenants/acme/artefacts/" + row[1],
                        Files.readAllBytes(SAMPLES.resolve(row[0])),
                        "Content-Type",
                        row[4]);
                assertEquals(201, put.status(), put::text);
                KEYS.add(new ArtefactKey(new Tenant("acme"), new Kind(row[1]), new Digest(row[2])));
            }
            Rest.Answer put = rest.send(
                    "PUT",
                    "/api/v1/tenants/acme/scans/scan-1/manifest",
                    "{\"artifacts\":[]}".getBytes(StandardCharsets.UTF_8));
            assertEquals(201, put.status(), put::text);
            byte[] stored = rest.send("GET", "/api/v1/tenants/acme/scans/scan-1/manifest", null)
                    .body();
            scan = new ArtefactKey(new Tenant("acme"), Kind.SURFACE_MANIFEST, Digest.parse(Rest.digest(stored)));
        }
        kit = shared.resolve("kit");
        ok(SurfaceProcess.run(
                shared.resolve("cli"), "kit", "export", "--tenant=acme", "--endpoint=" + http(), kit.toString()));
    }

    @AfterAll
    static void stop() {
        site.close();
    }

    /** The site that rots: one payload has another byte, one is gone, a manifest and a scan manifest are cut. */
    @BeforeEach
    void rot() throws IOException {
        ok(SurfaceProcess.run(home, "kit", "import", kit.toString()));
        assertEquals(4, fsck(0).get("checked").asInt());
        flip(payload(KEYS.get(0)));
        Files.delete(payload(KEYS.get(1)));
        cut(manifest(KEYS.get(2)));
        cut(manifest(scan));
        assertEquals(4, fsck(2).get("damaged").asInt());
    }

    @Test
    void allThatRottedComesBackFromAKit() throws IOException {
        JsonNode mended = fsck(0, "--repair-from", kit.toString());
        assertEquals(4, mended.get("repaired").asInt());
        assertTrue(mended.get("left").isEmpty());
        assertWhole();
    }

    @Test
    void allThatRottedComesBackFromAnotherSiteOverRest() throws IOException {
        assertEquals(4, fsck(0, "--repair-from", http()).get("repaired").asInt());
        assertWhole();
    }

    @Test
    void allThatRottedComesBackFromAnotherSiteOverGrpc() throws IOException {
        assertEquals(
                4,
                fsck(0, "--repair-from", "grpc://127.0.0.1:" + site.grpcPort())
                        .get("repaired")
                        .asInt());
        assertWhole();
    }

    @Test
    void whatNoKitHasAndWhatRottedThereTooIsLeftAndNamed() throws IOException {
        Path other = home.resolve("other-kit");
        copy(kit, other);
        flip(other.resolve(payloadPath(KEYS.get(0), other)));
        JsonNode mended = fsck(2, "--repair-from", other.toString());
        assertEquals(3, mended.get("repaired").asInt());
        assertEquals(
                KEYS.get(0).toString(), mended.get("left").get(0).get("key").asText());
        assertEquals(1, fsck(2).get("damaged").asInt());

        SurfaceProcess.Result empty = SurfaceProcess.run(home, "fsck", "--repair-from", emptySite());
        assertEquals(2, empty.exit(), empty.stderr());
        assertTrue(empty.out().contains("not repaired: " + KEYS.get(0)), empty::out);
        assertTrue(empty.out().contains("0 repaired, 1 left"), empty::out);
        assertEquals(1, fsck(0, "--repair-from", kit.toString()).get("repaired").asInt());
        assertWhole();
    }

    @Test
    void aSignatureIsAskedForBeforeAnythingIsChanged() throws IOException {
        Path keys = Files.createDirectory(home.resolve("keys"));
        Files.writeString(
                keys.resolve("site.pem"),
                "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n");
        SurfaceProcess.Result refused =
                SurfaceProcess.run(home, "fsck", "--repair-from", kit.toString(), "--trust", keys.toString());
        assertEquals(5, refused.exit(), refused.stderr());
        assertEquals(4, fsck(2).get("damaged").asInt());
    }

    @Test
    void whereSoundCopiesComeFromIsAKitOrAService() {
        assertEquals(
                1, SurfaceProcess.run(home, "fsck", "--repair-from", "nowhere").exit());
        assertEquals(
                11, SurfaceProcess.run(home, "fsck", "--repair-from", "ftp://a").exit());
        assertEquals(11, SurfaceProcess.run(home, "fsck", "--token-file", "t").exit());
        assertEquals(
                11,
                SurfaceProcess.run(home, "fsck", "--repair-from", kit.toString(), "--endpoint", http())
                        .exit());
    }

    private String emptySite() throws IOException {
        Path none = home.resolve("none");
        ok(SurfaceProcess.run(home, "kit", "export", "--tenant=nobody", none.toString()));
        return none.toString();
    }

    private void assertWhole() throws IOException {
        assertEquals(4, fsck(0).get("checked").asInt());
        for (ArtefactKey key : KEYS) {
            Path to = home.resolve("got");
            ok(SurfaceProcess.run(
                    home,
                    "get",
                    "--tenant=acme",
                    "--kind=" + key.kind(),
                    key.digest().toString(),
                    "--to=" + to));
        }
    }

    private JsonNode fsck(int exit, String... more) throws IOException {
        List<String> line = new ArrayList<>(List.of("fsck", "--output=json"));
        line.addAll(List.of(more));
        SurfaceProcess.Result result = SurfaceProcess.run(home, line.toArray(String[]::new));
        assertEquals(exit, result.exit(), result.out() + result.stderr());
        return JSON.readTree(result.stdout());
    }

    private Path payload(ArtefactKey key) {
        return home.resolve("store/surface-cache").resolve(ObjectNames.payload(key));
    }

    private Path manifest(ArtefactKey key) {
        return home.resolve("store/surface-manifests").resolve(ObjectNames.manifest(key));
    }

    private static String payloadPath(ArtefactKey key, Path kit) throws IOException {
        JsonNode index =
                JSON.readTree(kit.resolve("offline/surface/manifest-index.json").toFile());
        for (JsonNode entry : index.get("entries")) {
            if (entry.get("digest").asText().equals(key.digest().toString())) {
                return entry.get("payloadPath").asText();
            }
        }
        throw new AssertionError("not in the kit");
    }

    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    private static void cut(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }

    private static SurfaceProcess.Result ok(SurfaceProcess.Result result) {
        assertEquals(0, result.exit(), result.out() + result.stderr());
        return result;
    }

    private static String http() {
        return "http://127.0.0.1:" + site.httpPort();
    }
}
