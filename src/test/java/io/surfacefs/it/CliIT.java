package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line as a process: on a folder, over both kinds of endpoint, in pipes and under signals. */
class CliIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SAMPLE = Path.of("src/test/resources/samples/tomcat.sbom.json");
    private static final String DIGEST = "sha256:a6afa0d2caf859d14cbbc3e6ec75c8cdd90cb56c4cde3d9e17efd454e05192c5";
    private static final String KIND = "sbom.fragment";
    private static final Map<String, String> DELETES = Map.of("SURFACE_RETENTION_DELETE", "any");

    @TempDir
    static Path shared;

    private static SurfaceProcess server;

    @TempDir
    Path folder;

    private Path home;

    @BeforeAll
    static void start() {
        server = SurfaceProcess.server(shared.resolve("home"))
                .env("SURFACE_RETENTION_DELETE", "any")
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void chooseHome() {
        home = folder.resolve("home");
    }

    private static String endpoint(String scheme) {
        return scheme + "://127.0.0.1:" + (scheme.equals("http") ? server.httpPort() : server.grpcPort());
    }

    private static SurfaceProcess.Result ok(SurfaceProcess.Result result) {
        assertEquals(0, result.exit(), result.stderr());
        assertEquals("", result.stderr());
        return result;
    }

    private static JsonNode json(SurfaceProcess.Result result) throws IOException {
        return JSON.readTree(ok(result).stdout());
    }

    private SurfaceProcess.Result run(String... line) {
        return SurfaceProcess.run(home, DELETES, new byte[0], line);
    }

    @Test
    void everyCommandWorksOnAFolder() throws IOException {
        byte[] sample = Files.readAllBytes(SAMPLE);
        List<String> put = ok(run("put", "--tenant=acme", "--kind=" + KIND, "--scan-id=s1", SAMPLE.toString()))
                .out()
                .lines()
                .toList();
        assertEquals(DIGEST, put.getLast());
        assertEquals(
                KIND + "\t" + DIGEST + "\n",
                ok(run("ls", "--tenant=acme", "--scan-id=s1")).out());
        assertArrayEquals(
                sample,
                ok(run("get", "--tenant=acme", "--kind=" + KIND, DIGEST)).stdout());
        assertEquals(
                sample.length,
                json(run("stat", "--tenant=acme", "--kind=" + KIND, DIGEST, "--output=json"))
                        .get("bytes")
                        .asInt());
        Path to = folder.resolve("to");
        ok(run("get", "--tenant=acme", "--kind=" + KIND, DIGEST, "--to", to.toString()));
        assertArrayEquals(sample, Files.readAllBytes(to));

        byte[] scan = "{\"artifacts\":[]}".getBytes(StandardCharsets.UTF_8);
        ok(SurfaceProcess.run(home, Map.of(), scan, "scan", "put", "--tenant=acme", "--scan-id=s1"));
        assertEquals(
                "s1",
                json(run("scan", "get", "--tenant=acme", "--scan-id=s1"))
                        .get("scanId")
                        .asText());

        assertEquals(2, json(run("fsck", "--output=json")).get("checked").asInt());
        assertEquals(
                1, json(run("du", "--output=json")).at("/tenants/0/artefacts").asInt());
        assertEquals(2, json(run("reindex", "--output=json")).get("manifests").asInt());
        assertEquals(
                0, json(run("gc", "--dry-run", "--output=json")).get("marked").asInt());
        ok(run("rm", "--tenant=acme", "--kind=" + KIND, DIGEST));
        SurfaceProcess.Result gone = run("get", "--tenant=acme", "--kind=" + KIND, DIGEST, "--to", to.toString());
        assertEquals(1, gone.exit());
        assertArrayEquals(sample, Files.readAllBytes(to), "what was fetched before is still whole");
    }

    @Test
    void doctorAndConfigTellWhatCounts() throws IOException {
        JsonNode checks = json(run("doctor", "--output=json")).get("checks");
        assertTrue(checks.size() > 3, checks.toString());
        checks.forEach(check -> assertEquals("ok", check.get("severity").asText(), check.toString()));
        JsonNode settings = json(run("config", "--output=json")).get("properties");
        assertEquals("surface.home", settings.get(0).get("name").asText());
        assertEquals(
                home.toAbsolutePath().toString(), settings.get(0).get("value").asText());
        assertEquals("environment", settings.get(0).get("source").asText());

        Map<String, String> wrong = Map.of("SURFACE_STORE_GRACE", "banana", "QUARKUS_HTTP_HOST", "0.0.0.0");
        SurfaceProcess.Result doctor = SurfaceProcess.run(home, wrong, new byte[0], "doctor", "--output=json");
        assertEquals(11, doctor.exit());
        List<String> errors = new ArrayList<>();
        JSON.readTree(doctor.stdout()).get("checks").forEach(check -> {
            if (check.get("severity").asText().equals("error")) {
                errors.add(check.get("code").asText());
            }
        });
        assertEquals(List.of("SURFACE_CONFIG_INVALID", "SURFACE_UNAUTHENTICATED_REMOTE"), errors);
        SurfaceProcess.Result refused = SurfaceProcess.run(home, wrong, new byte[0], "ls", "--tenant=acme");
        assertEquals(11, refused.exit());
        assertTrue(refused.stderr().startsWith("code=SURFACE_CONFIG_INVALID "), refused.stderr());
    }

    @Test
    void aFileOfConfigurationCountsAsItDoesForTheServer() throws IOException {
        Path file = Files.writeString(folder.resolve("site.properties"), "surface.tenant=only\n");
        Map<String, String> located = Map.of("QUARKUS_CONFIG_LOCATIONS", file.toString());
        SurfaceProcess.Result other =
                SurfaceProcess.run(home, located, new byte[0], "put", "--tenant=acme", "--kind=" + KIND);
        assertEquals(11, other.exit());
        assertTrue(other.stderr().contains("(TENANT_MISMATCH)"), other.stderr());
        ok(SurfaceProcess.run(home, located, new byte[0], "put", "--tenant=only", "--kind=" + KIND));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "grpc"})
    void artefactsAndScansAreReachedThroughAnEndpoint(String scheme) throws IOException {
        String at = "--endpoint=" + endpoint(scheme);
        String tenant = "--tenant=over-" + scheme;
        byte[] sample = Files.readAllBytes(SAMPLE);
        JsonNode put = json(SurfaceProcess.run(
                home, Map.of(), sample, "put", tenant, "--kind=" + KIND, at, "--output=json", "--ttl=7d"));
        assertTrue(put.get("created").asBoolean());
        assertEquals(DIGEST, put.get("digest").asText());
        JsonNode list = json(run("ls", tenant, at, "--output=json"));
        assertEquals(put.get("manifest"), list.get(0));
        assertArrayEquals(
                sample, ok(run("get", tenant, "--kind=" + KIND, at, DIGEST)).stdout());
        assertEquals(list.get(0), json(run("get", tenant, "--kind=" + KIND, at, DIGEST, "--manifest")));
        JsonNode stat = json(run("stat", tenant, "--kind=" + KIND, at, DIGEST, "--output=json"));
        assertEquals(put.get("manifestDigest"), stat.get("manifestDigest"));
        byte[] scan = "{\"artifacts\":[]}".getBytes(StandardCharsets.UTF_8);
        ok(SurfaceProcess.run(home, Map.of(), scan, "scan", "put", tenant, "--scan-id=s1", at));
        assertTrue(json(run("scan", "surface", tenant, "--scan-id=s1", at)).has("manifestUri"));
        ok(run("rm", tenant, "--kind=" + KIND, at, DIGEST));
        SurfaceProcess.Result gone = run("rm", tenant, "--kind=" + KIND, at, DIGEST, "--output=json");
        assertEquals(1, gone.exit());
        assertEquals("NOT_FOUND", JSON.readTree(gone.stderr()).get("code").asText());
        assertTrue(Files.notExists(home), "a command for a service touched a local folder");
    }

    @Test
    void theOperatorsWorkIsReachedOverRest() throws IOException {
        String at = "--endpoint=" + endpoint("http");
        assertEquals(
                0,
                json(run("gc", "--dry-run", at, "--output=json")).get("marked").asInt());
        assertTrue(json(run("reindex", at, "--output=json")).has("added"));
        assertEquals(11, run("fsck", at).exit());
        assertEquals(11, run("gc", "--endpoint=" + endpoint("grpc")).exit());
    }

    @Test
    void readsAndPutsJoinARunningServerAndTheRestIsRefusedBesideIt() throws IOException {
        Path served = server.home();
        ok(SurfaceProcess.run(served, "put", "--tenant=beside", "--kind=" + KIND, SAMPLE.toString()));
        String list = ok(run("ls", "--tenant=beside", "--endpoint=" + endpoint("http")))
                .out();
        assertEquals(KIND + "\t" + DIGEST + "\n", list);
        assertEquals(
                list, ok(SurfaceProcess.run(served, "ls", "--tenant=beside")).out());
        ok(SurfaceProcess.run(served, "fsck", "--tenant=beside"));
        for (String[] line :
                new String[][] {{"rm", "--tenant=beside", "--kind=" + KIND, DIGEST}, {"gc"}, {"reindex"}}) {
            SurfaceProcess.Result refused = SurfaceProcess.run(served, DELETES, new byte[0], line);
            assertEquals(11, refused.exit(), line[0]);
            assertTrue(refused.stderr().contains("--endpoint"), refused.stderr());
        }
        assertEquals(
                list, ok(SurfaceProcess.run(served, "ls", "--tenant=beside")).out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "http", "grpc"})
    void manyMegabytesGoThroughAPipeAndComeBack(String scheme) throws IOException {
        byte[] payload = new byte[40_000_000];
        new Random(5).nextBytes(payload);
        Arrays.fill(payload, 10_000_000, 30_000_000, (byte) 'x');
        List<String> line = new ArrayList<>(List.of("put", "--tenant=large", "--kind=k"));
        if (!scheme.isEmpty()) {
            line.add("--endpoint=" + endpoint(scheme));
        }
        String digest = ok(SurfaceProcess.run(home, Map.of(), payload, line.toArray(String[]::new)))
                .out()
                .lines()
                .toList()
                .getLast();
        Path to = folder.resolve("large");
        line.set(0, "get");
        line.addAll(List.of(digest, "--to", to.toString()));
        ok(run(line.toArray(String[]::new)));
        assertEquals(-1, Files.mismatch(to, Files.write(folder.resolve("sent"), payload)));
    }

    @Test
    void exitCodesSayWhatWentWrong() {
        byte[] bytes = {1, 2, 3};
        String[] put = {"put", "--tenant=acme", "--kind=k", "--digest=" + DIGEST};
        assertEquals(2, SurfaceProcess.run(home, Map.of(), bytes, put).exit());
        String[] far = {put[0], put[1], put[2], put[3], "--endpoint=" + endpoint("http")};
        assertEquals(2, SurfaceProcess.run(home, Map.of(), bytes, far).exit());
        far[4] = "--endpoint=" + endpoint("grpc");
        assertEquals(2, SurfaceProcess.run(home, Map.of(), bytes, far).exit());
        int nobody = SurfaceProcess.freePort();
        for (String scheme : new String[] {"http", "grpc"}) {
            SurfaceProcess.Result refused =
                    run("ls", "--tenant=acme", "--endpoint=" + scheme + "://127.0.0.1:" + nobody);
            assertEquals(1, refused.exit());
            assertTrue(refused.stderr().contains("connection refused"), refused.stderr());
        }
        assertEquals(1, run("get", "--tenant=acme", "--kind=k", DIGEST).exit());
        assertEquals(
                1, run("put", "--tenant=acme", "--kind=k", folder + "/nowhere").exit());
        assertEquals(11, run("put", "--tenant=ACME", "--kind=k").exit());
        assertEquals(
                11, SurfaceProcess.run(home, "rm", "--tenant=acme", "--kind=k").exit());
        assertEquals(
                1,
                SurfaceProcess.run(folder.resolve("nothing"), "ls", "--tenant=acme")
                        .exit());
        assertTrue(Files.notExists(folder.resolve("nothing")), "a list made a data folder");
    }

    @Test
    void whatRotsAtRestIsAChecksumFailureAndNoFile() throws IOException {
        ok(run("put", "--tenant=" + Rest.TENANT, "--kind=" + KIND, SAMPLE.toString()));
        Path stored = new StoreFolder(home.resolve("store")).payload(KIND, DIGEST);
        byte[] bytes = Files.readAllBytes(stored);
        bytes[bytes.length / 2] ^= 1;
        Files.write(stored, bytes);
        Path to = folder.resolve("to");
        assertEquals(
                2,
                run("get", "--tenant=" + Rest.TENANT, "--kind=" + KIND, DIGEST, "--to", to.toString())
                        .exit());
        assertTrue(Files.notExists(to));
        SurfaceProcess.Result fsck = run("fsck", "--output=json");
        assertEquals(2, fsck.exit());
        assertEquals(1, JSON.readTree(fsck.stdout()).get("problems").size());
    }

    @Test
    void aCancelledPutStoresNothing() throws Exception {
        Process put = SurfaceProcess.begin(home, "put", "--tenant=acme", "--kind=k");
        try {
            OutputStream stdin = put.getOutputStream();
            byte[] begun = new byte[6 << 20];
            new Random(6).nextBytes(begun); // nothing that would shrink to what stays in memory
            stdin.write(begun);
            stdin.flush();
            Path tmp = home.resolve("store/tmp");
            Patience.until(
                    () -> !new StoreFolder(home.resolve("store")).temporary().isEmpty(), () -> "no upload in " + tmp);
            interrupt(put);
            assertEquals(130, put.exitValue());
        } finally {
            put.destroyForcibly();
        }
        assertEquals("", ok(run("ls", "--tenant=acme")).out());
        assertEquals(0, new StoreFolder(home.resolve("store")).payloads().size());
    }

    @Test
    void aCancelledGetLeavesNoHalfFile() throws Exception {
        Path to = Files.createDirectory(folder.resolve("to"));
        try (ServerSocket slow = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String at = "--endpoint=http://127.0.0.1:" + slow.getLocalPort();
            Process get = SurfaceProcess.begin(
                    home,
                    "get",
                    "--tenant=acme",
                    "--kind=k",
                    DIGEST,
                    "--to",
                    to.resolve("f").toString(),
                    at);
            try (Socket client = slow.accept()) {
                client.getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nhalf"
                                .getBytes(StandardCharsets.US_ASCII));
                client.getOutputStream().flush();
                Patience.until(() -> count(to) == 1, () -> "nothing is being written");
                interrupt(get);
                assertEquals(130, get.exitValue());
            } finally {
                get.destroyForcibly();
            }
        }
        assertEquals(0, count(to));
    }

    private static void interrupt(Process process) throws Exception {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
                        .start()
                        .waitFor());
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still running after SIGINT");
    }

    private static long count(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theCompletionScriptIsAScript() throws Exception {
        String script = ok(run("completion", "bash")).out();
        Path file = Files.writeString(folder.resolve("completion"), script);
        Process bash = new ProcessBuilder(
                        "bash",
                        "-c",
                        "source \"$0\"; COMP_WORDS=(surface-fs st); COMP_CWORD=1; _complete_surface-fs;"
                                + " echo \"${COMPREPLY[@]}\"",
                        file.toString())
                .redirectErrorStream(true)
                .start();
        assertEquals("stat\n", new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        assertEquals(0, bash.waitFor());
    }
}
