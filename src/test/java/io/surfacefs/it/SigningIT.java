package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.grpc.StatusRuntimeException;
import io.surfacefs.grpc.v1.GetPayloadRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signed manifests in the real program, with openssl on the other side. */
class SigningIT {
    private static final String KIND = "sbom.fragment";
    private static final String TYPE = "application/vnd.stellaops.surface.manifest+json";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path folder;

    private static Path trusted;
    /** Signs what comes unsigned, and wants signatures. */
    private static SurfaceProcess service;
    /** In front of the service; has no key, and wants signatures. */
    private static SurfaceProcess sidecar;
    /** Signs nothing and looks at nothing. */
    private static SurfaceProcess lax;

    private static Rest strict;
    private static Rest here;
    private static Rest open;

    @BeforeAll
    static void start() throws Exception {
        trusted = Files.createDirectories(folder.resolve("trusted"));
        key("site-a", true, "-algorithm", "ed25519");
        key("site-b", true, "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256");
        key("stranger", false, "-algorithm", "ed25519");
        service = required(SurfaceProcess.server(folder.resolve("service")))
                .env("SURFACE_SIGNING_KEY_FILE", key("site-a").toString())
                .start();
        sidecar = required(SurfaceProcess.server(folder.resolve("sidecar")))
                .env("SURFACE_STORE_TYPE", "upstream")
                .env("SURFACE_STORE_ENDPOINT", "http://127.0.0.1:" + service.grpcPort())
                .start();
        lax = SurfaceProcess.server(folder.resolve("lax")).jvm("-Xmx128m").start();
        strict = new Rest(service);
        here = new Rest(sidecar);
        open = new Rest(lax);
    }

    @AfterAll
    static void stop() {
        for (Rest rest : new Rest[] {strict, here, open}) {
            if (rest != null) {
                rest.close();
            }
        }
        for (SurfaceProcess server : new SurfaceProcess[] {sidecar, service, lax}) {
            if (server != null) {
                server.close();
            }
        }
    }

    private static SurfaceProcess.Builder required(SurfaceProcess.Builder server) {
        return server.env("SURFACE_SIGNING_TRUST_DIR", trusted.toString())
                .env("SURFACE_SIGNING_VERIFY", "require")
                .jvm("-Xmx128m");
    }

    private static Path key(String name) {
        return folder.resolve(name + ".pem");
    }

    private static void key(String name, boolean trust, String... algorithm) throws Exception {
        List<String> line = new ArrayList<>(List.of("genpkey", "-out", key(name).toString()));
        line.addAll(List.of(algorithm));
        openssl(line.toArray(new String[0]));
        Files.setPosixFilePermissions(key(name), PosixFilePermissions.fromString("rw-------"));
        Path to = (trust ? trusted : folder).resolve(name + (trust ? ".pem" : ".pub"));
        openssl("pkey", "-in", key(name).toString(), "-pubout", "-out", to.toString());
    }

    private static String openssl(String... line) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(line));
        Path out = Files.createTempFile(folder, "openssl", ".out");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        String told = Files.readString(out, StandardCharsets.ISO_8859_1);
        assertEquals(0, process.exitValue(), () -> command + "\n" + told);
        return told;
    }

    /** The bytes that DSSE signs. */
    private static byte[] encoded(byte[] payload) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(("DSSEv1 " + TYPE.length() + " " + TYPE + " " + payload.length + " ")
                .getBytes(StandardCharsets.US_ASCII));
        bytes.writeBytes(payload);
        return bytes.toByteArray();
    }

    private static ObjectNode envelope(String key, byte[] payload) throws Exception {
        Path body = Files.write(folder.resolve("to-sign"), encoded(payload));
        Path signature = folder.resolve("signature");
        if (key.equals("site-b")) {
            openssl("dgst", "-sha256", "-sign", key(key).toString(), "-out", signature.toString(), body.toString());
        } else {
            openssl(
                    "pkeyutl",
                    "-sign",
                    "-rawin",
                    "-inkey",
                    key(key).toString(),
                    "-in",
                    body.toString(),
                    "-out",
                    signature.toString());
        }
        ObjectNode envelope = JSON.createObjectNode();
        envelope.put("payloadType", TYPE).put("payload", Base64.getEncoder().encodeToString(payload));
        envelope.putArray("signatures")
                .addObject()
                .put("keyid", key)
                .put("sig", Base64.getEncoder().encodeToString(Files.readAllBytes(signature)));
        return envelope;
    }

    /** A client's manifest of a payload, in RFC 8785 form as it is signed. */
    private static String manifest(byte[] payload) {
        return "{\"digest\":\"" + Rest.digest(payload) + "\",\"kind\":\"" + KIND
                + "\",\"schema\":\"stellaops.surface.manifest@1\",\"source\":{},\"tenant\":\"acme\"}";
    }

    private static byte[] signed(String manifest, ObjectNode envelope) {
        return (manifest.substring(0, manifest.length() - 1) + ",\"integrity\":{\"signature\":" + envelope + "}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static Rest.Answer putSigned(Rest rest, byte[] payload, ObjectNode envelope) throws IOException {
        String digest = Rest.digest(payload);
        Rest.Answer staged = rest.send("PUT", Rest.payloadPath(KIND, digest), payload);
        assertTrue(staged.status() / 100 == 2, staged::text);
        return rest.send(
                "PUT",
                Rest.manifestPath(KIND, digest),
                signed(manifest(payload), envelope),
                "Content-Type",
                "application/json");
    }

    @Test
    void opensslVerifiesWhatTheServiceSigned() throws Exception {
        byte[] payload = Rest.noise(2_000, 1);
        String digest = strict.stored(KIND, payload);
        JsonNode stored = JSON.readTree(strict.manifest(KIND, digest).body());
        JsonNode envelope = stored.path("integrity").path("signature");
        assertEquals("site-a", envelope.path("signatures").path(0).path("keyid").asText());
        byte[] what = Base64.getDecoder().decode(envelope.path("payload").asText());
        assertEquals(manifest(payload), new String(what, StandardCharsets.UTF_8));
        Path body = Files.write(folder.resolve("served"), encoded(what));
        Path signature = Files.write(
                folder.resolve("served.sig"),
                Base64.getDecoder()
                        .decode(envelope.path("signatures").path(0).path("sig").asText()));
        openssl(
                "pkeyutl",
                "-verify",
                "-pubin",
                "-inkey",
                trusted.resolve("site-a.pem").toString(),
                "-rawin",
                "-in",
                body.toString(),
                "-sigfile",
                signature.toString());
        assertArrayEquals(payload, strict.payload(KIND, digest).body());
        assertArrayEquals(payload, here.payload(KIND, digest).body(), "the sidecar trusts it too");
    }

    @Test
    void whatOpensslSignedIsTakenByEitherAlgorithmAndThroughTheSidecarToo() throws Exception {
        int seed = 10;
        for (Rest rest : List.of(strict, here)) {
            for (String key : List.of("site-a", "site-b")) {
                byte[] payload = Rest.noise(1_000, seed++);
                ObjectNode envelope = envelope(key, manifest(payload).getBytes(StandardCharsets.UTF_8));
                Rest.Answer put = putSigned(rest, payload, envelope);
                assertEquals(201, put.status(), put::text);
                JsonNode stored = JSON.readTree(
                        strict.manifest(KIND, Rest.digest(payload)).body());
                assertEquals(envelope, stored.path("integrity").path("signature"), "the first signature stays");
            }
        }
    }

    @Test
    void aStrangersATamperedAndNoSignatureAreRefusedByEachEdgeWithWhoAndWhy() throws Exception {
        byte[] payload = Rest.noise(1_000, 20);
        byte[] form = manifest(payload).getBytes(StandardCharsets.UTF_8);
        Rest.Answer stranger = putSigned(strict, payload, envelope("stranger", form));
        assertEquals("422 SIGNATURE_INVALID", stranger.summary());
        assertTrue(stranger.text().contains("'stranger'"), stranger::text);
        assertTrue(stranger.text().contains("not among those trusted here"), stranger::text);
        Rest.Answer other =
                putSigned(strict, payload, envelope("site-a", manifest(form).getBytes(StandardCharsets.UTF_8)));
        assertEquals("422 SIGNATURE_INVALID", other.summary());
        assertTrue(other.text().contains("something else than this manifest"), other::text);
        ObjectNode tampered = envelope("site-a", form);
        byte[] signature = Base64.getDecoder()
                .decode(tampered.path("signatures").path(0).path("sig").asText());
        signature[7] ^= 1;
        ((ObjectNode) tampered.path("signatures").path(0))
                .put("sig", Base64.getEncoder().encodeToString(signature));
        Rest.Answer bad = putSigned(strict, payload, tampered);
        assertEquals("422 SIGNATURE_INVALID", bad.summary());
        assertTrue(bad.text().contains("signed by 'site-a', whose key didn't make"), bad::text);
        assertEquals(
                "404 NOT_FOUND", strict.manifest(KIND, Rest.digest(payload)).summary());
        // Only staged so far.
        assertEquals(
                "422 SIGNATURE_INVALID",
                strict.payload(KIND, Rest.digest(payload)).summary());
        assertEquals(201, putSigned(strict, payload, envelope("site-a", form)).status());
        assertEquals(200, strict.payload(KIND, Rest.digest(payload)).status());
    }

    @Test
    void whatLiesUnsignedInAStoreIsNotGivenWhereASignatureIsWanted() throws Exception {
        Path home = folder.resolve("unsigned");
        byte[] payload = Rest.noise(1_000, 30);
        String digest = Rest.digest(payload);
        SurfaceProcess.Result put =
                SurfaceProcess.run(home, Map.of(), payload, "put", "--tenant", "acme", "--kind", KIND, "-");
        assertEquals(0, put.exit(), put::stderr);
        try (SurfaceProcess server = required(SurfaceProcess.server(home)).start();
                Rest rest = new Rest(server)) {
            for (int i = 0; i < 2; i++) {
                Rest.Answer manifest = rest.manifest(KIND, digest);
                assertEquals("422 SIGNATURE_INVALID", manifest.summary());
                assertTrue(manifest.text().contains("nobody signed it"), manifest::text);
                assertEquals("422 SIGNATURE_INVALID", rest.payload(KIND, digest).summary());
                assertEquals(
                        "422 SIGNATURE_INVALID",
                        rest.payload(KIND, digest, "Range", "bytes=0-9").summary());
            }
            assertTrue(rest.listedBy("kind=" + KIND).isEmpty());
            assertEquals(
                    "422 SIGNATURE_INVALID", rest.put(KIND, Rest.noise(10, 31)).summary());
            assertEquals("SIGNATURE_INVALID FAILED_PRECONDITION", grpcCode(server, digest));
        }
        SurfaceProcess.Result get =
                SurfaceProcess.run(home, keys(), new byte[0], "get", "--tenant", "acme", "--kind", KIND, digest);
        assertEquals(5, get.exit(), get::stderr);
        try (SurfaceProcess server = required(SurfaceProcess.server(home))
                        .env("SURFACE_SIGNING_VERIFY", "warn")
                        .start();
                Rest rest = new Rest(server)) {
            assertEquals(200, rest.manifest(KIND, digest).status());
            assertArrayEquals(payload, rest.payload(KIND, digest).body());
            assertTrue(server.output().contains("event=manifest-unsigned"), server::output);
        }
    }

    private static String grpcCode(SurfaceProcess server, String digest) {
        try (GrpcClient client = new GrpcClient(server)) {
            GetPayloadRequest request = GetPayloadRequest.newBuilder()
                    .setTenant(Rest.TENANT)
                    .setKind(KIND)
                    .setDigest(digest)
                    .build();
            return GrpcClient.code(assertThrows(StatusRuntimeException.class, () -> client.get(request)));
        }
    }

    private static Map<String, String> keys() {
        return new LinkedHashMap<>(
                Map.of("SURFACE_SIGNING_TRUST_DIR", trusted.toString(), "SURFACE_SIGNING_VERIFY", "require"));
    }

    @Test
    void aKeyCountsFromWhenItIsTrustedUntilItIsTakenAway() throws Exception {
        key("rotated", false, "-algorithm", "ed25519");
        byte[] payload = Rest.noise(1_000, 40);
        String path = Rest.manifestPath(KIND, Rest.digest(payload));
        assertEquals(
                201,
                putSigned(open, payload, envelope("rotated", manifest(payload).getBytes(StandardCharsets.UTF_8)))
                        .status());
        ObjectNode envelope = envelope("rotated", manifest(payload).getBytes(StandardCharsets.UTF_8));
        assertEquals(
                "422 SIGNATURE_INVALID", putSigned(strict, payload, envelope).summary());
        Path trustedNow = trusted.resolve("rotated.pem");
        Files.copy(folder.resolve("rotated.pub"), trustedNow);
        Patience.until(
                () -> {
                    try {
                        return putSigned(strict, payload, envelope).status() == 201;
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                service::output);
        assertEquals(200, strict.send("GET", path, null).status());
        Files.delete(trustedNow);
        strict.await(422, path);
        assertEquals(
                "422 SIGNATURE_INVALID",
                strict.payload(KIND, Rest.digest(payload)).summary());
    }

    @Test
    void aScanManifestHasItsEnvelopeBesideItOverEachWayInAndOut() throws Exception {
        String scan = "/api/v1/tenants/acme/scans/scan-1/manifest";
        byte[] json = "{\"artifacts\":[],\"generatedAt\":\"2026-01-01T00:00:00Z\"}".getBytes(StandardCharsets.UTF_8);
        // The sidecar has no key: the service signs.
        Rest.Answer put = here.send("PUT", scan, json, "Content-Type", "application/json");
        assertEquals(201, put.status(), put::text);
        String digest = JSON.readTree(put.body()).path("manifestDigest").asText();
        for (Rest rest : List.of(strict, here)) {
            Rest.Answer got = rest.send("GET", scan, null);
            assertEquals(200, got.status(), got::text);
            String field = got.headers().firstValue("Surface-Signature").orElseThrow();
            String signatures = new String(Base64.getDecoder().decode(field), StandardCharsets.UTF_8);
            assertTrue(signatures.contains("\"keyid\":\"site-a\""), signatures);
            for (int i = 0; i < 2; i++) {
                Rest.Answer byDigest = rest.manifest("surface.manifest", digest);
                assertEquals(
                        field,
                        byDigest.headers().firstValue("Surface-Signature").orElseThrow());
            }
        }
        try (Stream<Path> files = Files.walk(service.home())) {
            Path beside = files.filter(file -> file.toString().endsWith(".json.dsse"))
                    .findFirst()
                    .orElseThrow();
            SurfaceProcess.Result verified = SurfaceProcess.run(
                    folder.resolve("cli"), "verify", "--trust", trusted.toString(), beside.toString());
            assertEquals(0, verified.exit(), verified::stderr);
            assertTrue(verified.out().contains("signed by site-a"), verified::out);
        }
        assertEquals(
                "422 SIGNATURE_INVALID",
                strict.send(
                                "PUT",
                                "/api/v1/tenants/acme/scans/scan-2/manifest",
                                json,
                                "Content-Type",
                                "application/json",
                                "Surface-Signature",
                                Base64.getEncoder()
                                        .encodeToString("{\"signatures\":[{\"keyid\":\"x\",\"sig\":\"AAAA\"}]}"
                                                .getBytes(StandardCharsets.UTF_8)))
                        .summary());
    }

    @Test
    void aKitCarriesSignaturesAndUnsignedEntriesDoNotComeInWhereTheyAreWanted() throws Exception {
        Path from = folder.resolve("from");
        Map<String, String> signing =
                Map.of("SURFACE_SIGNING_KEY_FILE", key("site-a").toString());
        byte[] payload = Rest.noise(1_000, 50);
        String digest = Rest.digest(payload);
        byte[] scan = "{\"artifacts\":[],\"generatedAt\":\"2026-01-01T00:00:00Z\"}".getBytes(StandardCharsets.UTF_8);
        run(from, 0, signing, payload, "put", "--tenant", "acme", "--kind", KIND, "-");
        run(from, 0, signing, scan, "scan", "put", "--tenant", "acme", "--scan-id", "s-1", "-");
        Path kit = folder.resolve("kit");
        // The index is signed by the key of the configuration.
        run(from, 0, signing, new byte[0], "kit", "export", "--tenant", "acme", kit.toString());
        assertTrue(Files.exists(kit.resolve("offline/surface/manifest-index.json.dsse")));
        Path to = folder.resolve("to");
        run(to, 0, keys(), new byte[0], "kit", "import", kit.toString());
        Path again = folder.resolve("again");
        run(to, 0, signing, new byte[0], "kit", "export", "--tenant", "acme", again.toString());
        assertEquals(files(kit), files(again));
        assertTrue(files(kit).keySet().stream().anyMatch(name -> name.endsWith(".json.dsse")));
        run(to, 0, keys(), new byte[0], "get", "--tenant", "acme", "--kind", KIND, digest);

        Path plain = folder.resolve("plain");
        run(plain, 0, Map.of(), payload, "put", "--tenant", "acme", "--kind", KIND, "-");
        Path unsigned = folder.resolve("unsigned-kit");
        run(plain, 0, signing, new byte[0], "kit", "export", "--tenant", "acme", unsigned.toString());
        // The index is signed, and the artefact is not.
        SurfaceProcess.Result refused =
                run(folder.resolve("strict"), 5, keys(), new byte[0], "kit", "import", unsigned.toString());
        assertTrue(refused.out().contains("nobody signed it"), refused::out);
        run(folder.resolve("strict"), 1, keys(), new byte[0], "get", "--tenant", "acme", "--kind", KIND, digest);
    }

    private static SurfaceProcess.Result run(
            Path home, int exit, Map<String, String> environment, byte[] stdin, String... line) {
        SurfaceProcess.Result result = SurfaceProcess.run(home, environment, stdin, line);
        assertEquals(exit, result.exit(), () -> List.of(line) + "\n" + result.out() + result.stderr());
        return result;
    }

    private static Map<String, String> files(Path kit) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        try (Stream<Path> all = Files.walk(kit)) {
            for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                files.put(kit.relativize(file).toString(), Rest.digest(Files.readAllBytes(file)));
            }
        }
        return files;
    }

    @Test
    void aStartWithKeysThatCanNotBeUsedIsRefusedByCode() throws Exception {
        Path home = folder.resolve("refused");
        String[][] wrong = {
            {
                "SURFACE_SECRET_MISSING",
                "SURFACE_SIGNING_KEY_FILE",
                folder.resolve("absent.pem").toString()
            },
            {
                "SURFACE_CONFIG_INVALID",
                "SURFACE_SIGNING_KEY_FILE",
                folder.resolve("stranger.pub").toString()
            },
            {"SURFACE_CONFIG_INVALID", "SURFACE_SIGNING_VERIFY", "require"},
            {"SURFACE_CONFIG_INVALID", "SURFACE_SIGNING_KEY_ID", "alone"},
            {
                "SURFACE_CONFIG_INVALID",
                "SURFACE_SIGNING_TRUST_DIR",
                folder.resolve("absent").toString()
            },
        };
        for (String[] one : wrong) {
            SurfaceProcess.Result told =
                    SurfaceProcess.run(home, Map.of(one[1], one[2]), new byte[0], "doctor", "--output", "json");
            assertEquals(11, told.exit(), () -> one[1] + told.out() + told.stderr());
            assertTrue(told.out().contains(one[0]), () -> one[1] + told.out());
        }
        Map<String, String> right = keys();
        right.put("SURFACE_SIGNING_KEY_FILE", key("site-b").toString());
        SurfaceProcess.Result fine = SurfaceProcess.run(home, right, new byte[0], "doctor", "--output", "json");
        assertEquals(0, fine.exit(), () -> fine.out() + fine.stderr());
        assertFalse(fine.out().contains("PRIVATE"));
    }
}
