package io.surfacefs.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.surfacefs.client.SurfaceAdmin;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.model.Tenant;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Every command, in this process: what it prints, where it prints it, and its exit code. */
class CommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] PAYLOAD = "{\"bomFormat\":\"CycloneDX\"}".getBytes(StandardCharsets.UTF_8);
    private static final String DIGEST = ManifestCodec.digestOf(PAYLOAD).toString();

    @TempDir
    Path folder;

    private TestEngine engine;
    private List<SurfaceAdmin.Problem> problems;
    private boolean dryRun;

    /** What a command came to. */
    private record Result(int exit, byte[] stdout, String err) {
        String out() {
            return new String(stdout, StandardCharsets.UTF_8);
        }

        JsonNode json() throws IOException {
            return JSON.readTree(stdout);
        }
    }

    @BeforeEach
    void open() {
        problems = new ArrayList<>();
        engine = new TestEngine(folder.resolve("home"), new ToldAdmin());
    }

    /** Says what the test told it. */
    private final class ToldAdmin implements SurfaceAdmin {
        @Override
        public Collected gc(boolean dry, LongConsumer progress) {
            dryRun = dry;
            progress.accept(1);
            return new Collected(3, dry ? 0 : 2);
        }

        @Override
        public Reindexed reindex(LongConsumer progress) {
            return new Reindexed(7, 5, 1);
        }

        @Override
        public Map<String, Usage> usage(Tenant tenant, LongConsumer progress) {
            Map<String, Usage> usage =
                    new TreeMap<>(Map.of("acme", new Usage(2, 1, 2048, 4096), "beta", new Usage(0, 0, 0, 0)));
            usage.keySet().removeIf(name -> tenant != null && !tenant.value().equals(name));
            return usage;
        }

        @Override
        public long fsck(Tenant tenant, LongConsumer progress, Consumer<Problem> found) {
            problems.forEach(found);
            return 9;
        }

        @Override
        public void close() {}
    }

    private Result run(String... line) {
        return run(new byte[0], line);
    }

    private Result run(byte[] stdin, String... line) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        return run(stdin, out, line);
    }

    private Result run(byte[] stdin, OutputStream out, String... line) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = Terminal.of(new ByteArrayInputStream(stdin), out, err, false);
        SurfaceCommand.Outcome outcome = SurfaceCommand.execute(engine, terminal, new Cancellation(), line);
        assertFalse(outcome.serve() && outcome.exit() != 0);
        byte[] written = out instanceof ByteArrayOutputStream bytes ? bytes.toByteArray() : new byte[0];
        return new Result(outcome.exit(), written, err.toString(StandardCharsets.UTF_8));
    }

    private Result put(String... more) {
        List<String> line = new ArrayList<>(List.of("put", "--tenant", "acme", "--kind", "sbom.fragment"));
        line.addAll(List.of(more));
        return run(PAYLOAD, line.toArray(String[]::new));
    }

    @Test
    void aPutPrintsThePointerAndTheDigestLast() {
        Result result = put();
        assertEquals(0, result.exit(), result.err());
        List<String> lines = result.out().lines().toList();
        assertEquals(DIGEST, lines.getLast());
        assertTrue(lines.getFirst().startsWith("cas://surface-cache/tenants/acme/sbom.fragment/sha256/"));
        assertEquals("", result.err());
    }

    @Test
    void aPutAnswersOneJsonDocument() throws IOException {
        Result first = put("--output", "json", "--ttl", "7d", "--content-type", "application/json");
        assertTrue(first.json().get("created").asBoolean());
        assertEquals(DIGEST, first.json().get("digest").asText());
        assertEquals("sbom.fragment", first.json().at("/manifest/kind").asText());
        assertEquals(
                "application/json+zstd",
                first.json().at("/manifest/storage/contentType").asText());
        assertFalse(put("--output", "JSON").json().get("created").asBoolean());
    }

    @Test
    void aPutOfAFileOrOfTheStandardInputIsTheSame() throws IOException {
        Path file = Files.write(folder.resolve("file"), PAYLOAD);
        assertEquals(DIGEST, put(file.toString()).out().lines().toList().getLast());
        assertEquals(DIGEST, put("-").out().lines().toList().getLast());
    }

    @Test
    void aDeclaredDigestThatIsWrongIsAChecksumFailure() {
        Result result = put("--digest", "sha256:" + "0".repeat(64));
        assertEquals(2, result.exit());
        assertTrue(result.err().contains("(DIGEST_MISMATCH)"), result.err());
        assertEquals("", result.out());
        assertEquals(0, put("--digest", DIGEST.substring("sha256:".length())).exit(), "without the algorithm");
    }

    @Test
    void aGetGivesTheBytesOnTheStandardOutputAndInAFile() throws IOException {
        put();
        Result out = run("get", "--tenant", "acme", "--kind", "sbom.fragment", DIGEST);
        assertEquals(0, out.exit(), out.err());
        assertArrayEquals(PAYLOAD, out.stdout());
        Path file = folder.resolve("got");
        Result to = run("get", "--tenant=acme", "--kind=sbom.fragment", DIGEST, "--to", file.toString());
        assertEquals("", to.out());
        assertArrayEquals(PAYLOAD, Files.readAllBytes(file));
        Result json =
                run("get", "--tenant=acme", "--kind=sbom.fragment", DIGEST, "--to", file.toString(), "--output=json");
        assertEquals(PAYLOAD.length, json.json().get("bytes").asInt());
    }

    @Test
    void aGetOfTheManifestGivesItsCanonicalBytes() throws IOException {
        put();
        Result result = run("get", "--tenant", "acme", "--kind", "sbom.fragment", "--manifest", DIGEST);
        assertEquals(DIGEST, result.json().get("digest").asText());
        Result stat = run("stat", "--tenant", "acme", "--kind", "sbom.fragment", DIGEST, "--output", "json");
        assertEquals(
                ManifestCodec.digestOf(result.stdout()).toString(),
                stat.json().get("manifestDigest").asText());
    }

    @Test
    void aGetOfNothingLeavesTheOldFileAndNoHalfOne() throws IOException {
        Path to = folder.resolve("to");
        Files.createDirectory(to);
        Path file = Files.writeString(to.resolve("old"), "old");
        put();
        Result result = run(
                "get",
                "--tenant",
                "acme",
                "--kind",
                "sbom.fragment",
                "sha256:" + "1".repeat(64),
                "--to",
                file.toString());
        assertEquals(1, result.exit());
        assertEquals("old", Files.readString(file));
        try (Stream<Path> left = Files.list(to)) {
            assertEquals(List.of(file), left.toList());
        }
    }

    @Test
    void jsonOfAGetNeedsAnotherPlaceForTheBytes() {
        put();
        assertEquals(
                11,
                run("get", "--tenant=acme", "--kind=k", DIGEST, "--output=json").exit());
    }

    @Test
    void aListPrintsKeysInOrderAndAllPagesOfThem() throws IOException {
        Random random = new Random(3);
        List<String> digests = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            byte[] payload = new byte[20];
            random.nextBytes(payload);
            assertEquals(
                    0,
                    run(payload, "put", "--tenant", "acme", "--kind", "k", "--scan-id", "s" + i % 2)
                            .exit());
            digests.add(ManifestCodec.digestOf(payload).toString());
        }
        digests.sort(null);
        Result all = run("ls", "--tenant", "acme");
        assertEquals(
                digests.stream().map(d -> "k\t" + d).toList(), all.out().lines().toList());
        assertEquals(
                2,
                run("ls", "--tenant", "acme", "--scan-id", "s1").out().lines().count());
        assertEquals(
                3, run("ls", "--tenant", "acme", "--limit", "3").out().lines().count());
        assertEquals(0, run("ls", "--tenant", "acme", "--kind", "none").exit());
        JsonNode json = run("ls", "--tenant", "acme", "--output", "json").json();
        assertEquals(5, json.size());
        assertEquals(digests.getFirst(), json.get(0).get("digest").asText());
        assertEquals(
                0, run("ls", "--tenant", "other", "--output", "json").json().size());
        String[] fields = run("ls", "--tenant", "acme", "-l", "--limit", "1")
                .out()
                .strip()
                .split("\t", -1);
        assertEquals(7, fields.length);
        assertEquals("20", fields[2]);
    }

    @Test
    void aStatShowsWhatIsKnown() throws IOException {
        put("--content-type", "application/json", "--image-digest", DIGEST, "--expires-at", "2999-01-01T00:00:00Z");
        Result text = run("stat", "--tenant", "acme", "--kind", "sbom.fragment", DIGEST);
        assertTrue(text.out().contains("expires          2999-01-01T00:00:00Z"), text.out());
        JsonNode json = run("stat", "--tenant", "acme", "--kind", "sbom.fragment", DIGEST, "--output=json")
                .json();
        assertEquals(PAYLOAD.length, json.get("bytes").asInt());
        assertEquals("application/json", json.get("contentType").asText());
        assertEquals(DIGEST, json.get("imageDigest").asText());
        assertFalse(json.get("staged").asBoolean());
        assertEquals(
                1, run("stat", "--tenant", "acme", "--kind", "none", DIGEST).exit());
    }

    @Test
    void whatWasRemovedIsNotFound() {
        put();
        String[] key = {"--tenant=acme", "--kind=sbom.fragment", DIGEST};
        assertEquals(0, run("rm", key[0], key[1], key[2]).exit());
        assertEquals(1, run("rm", key[0], key[1], key[2]).exit());
        assertEquals(1, run("get", key[0], key[1], key[2]).exit());
        assertEquals(List.of(LocalEngine.Hold.PUT, LocalEngine.Hold.ALONE), engine.holds.subList(0, 2));
    }

    @Test
    void aScanManifestIsPutAndPrinted() throws IOException {
        byte[] manifest = "{\"artifacts\":[]}".getBytes(StandardCharsets.UTF_8);
        Result put = run(manifest, "scan", "put", "--tenant", "acme", "--scan-id", "s1");
        assertEquals(0, put.exit(), put.err());
        assertTrue(put.out().lines().toList().getLast().startsWith("cas://surface-manifests/manifests/acme/"));
        Result got = run("scan", "get", "--tenant", "acme", "--scan-id", "s1");
        assertEquals("s1", got.json().get("scanId").asText());
        JsonNode block =
                run("scan", "surface", "--tenant", "acme", "--scan-id", "s1").json();
        assertEquals(got.json(), block.get("manifest"));
        Path to = folder.resolve("scan.json");
        assertEquals(
                0,
                run("scan", "get", "--tenant", "acme", "--scan-id", "s1", "--to", to.toString())
                        .exit());
        assertEquals(
                block.get("manifestDigest").asText(),
                ManifestCodec.digestOf(Files.readAllBytes(to)).toString());
        assertEquals(
                1,
                run("ls", "--tenant", "acme", "--kind", "surface.manifest")
                        .out()
                        .lines()
                        .count());
        assertEquals(
                11,
                run("{}".getBytes(StandardCharsets.UTF_8), "scan", "put", "--tenant=acme", "--scan-id=s1")
                        .exit());
    }

    @Test
    void theOperatorsWorkIsCounted() throws IOException {
        assertEquals("would mark 3\n", run("gc", "--dry-run").out());
        assertTrue(dryRun);
        assertEquals("marked 3, dropped 2\n", run("gc").out());
        assertFalse(dryRun);
        assertEquals(5, run("reindex", "--output", "json").json().get("added").asInt());
        assertEquals(2, run("du", "--output", "json").json().get("tenants").size());
        assertEquals(
                4096,
                run("du", "--tenant=acme", "--output=json")
                        .json()
                        .at("/tenants/0/rawBytes")
                        .asInt());
        assertTrue(run("du").out().contains("2.00 KiB"));
    }

    @Test
    void aDamagedArtefactMakesFsckAChecksumFailure() throws IOException {
        Result whole = run("fsck");
        assertEquals(0, whole.exit());
        assertEquals("9 checked, 0 damaged\n", whole.out());
        problems.add(new SurfaceAdmin.Problem("tenants/acme/x.json", "torn"));
        Result damaged = run("fsck", "--output", "json");
        assertEquals(2, damaged.exit());
        assertEquals("torn", damaged.json().at("/problems/0/what").asText());
        assertEquals(1, damaged.json().get("damaged").asInt());
    }

    @Test
    void aSecretAsAnArgumentIsRefusedByItsNameAndNotToldAgain() throws IOException {
        for (String[] line : new String[][] {
            {"ls", "--tenant", "acme", "--token=canary"},
            {"ls", "--tenant", "acme", "--token", "canary"},
            {"ls", "--tenant", "acme", "--upstream-token=canary"},
            {"ls", "--tenant", "acme", "--secret-access-key", "canary"},
            {"serve", "-Dsurface.upstream.token=canary"},
        }) {
            Result result = run(line);
            assertEquals(11, result.exit(), line[3 % line.length]);
            assertTrue(result.err().contains("only the name of its file is"), result.err());
            assertFalse(result.err().contains("canary"), result.err());
        }
        Result other = run("ls", "--tenant", "acme", "--no-such-option=7");
        assertEquals(11, other.exit());
        assertTrue(other.err().contains("--no-such-option=7"), other.err());
    }

    @Test
    void doctorAndConfigTellAsJson() throws IOException {
        Result doctor = run("doctor", "--output", "json");
        assertEquals(0, doctor.exit(), "a warning is no error");
        assertEquals("look at it", doctor.json().at("/checks/1/hint").asText());
        JsonNode settings = run("config", "--output", "json").json().get("properties");
        assertEquals("environment", settings.get(0).get("source").asText());
        assertEquals("default", settings.get(1).get("source").asText());
        assertTrue(run("config").out().contains("surface.tenant="));
    }

    @Test
    void errorsAreOneJsonDocumentOnTheStandardErrorWhereJsonWasAskedFor() throws IOException {
        put();
        Result result = run("stat", "--tenant", "acme", "--kind", "none", DIGEST, "--output", "json");
        assertEquals("", result.out());
        assertEquals("NOT_FOUND", JSON.readTree(result.err()).get("code").asText());
    }

    @Test
    void aFileThatIsNotThereIsTold() {
        Result result = put(folder.resolve("nowhere").toString());
        assertEquals(1, result.exit());
        assertTrue(result.err().contains("no such file: "), result.err());
        assertEquals(List.of(), engine.holds, "the engine was started for nothing");
        assertTrue(put(folder.toString()).err().contains("is a folder"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no-such-command",
                "scan",
                "put --tenant acme",
                "put --tenant ACME --kind k",
                "put --tenant acme --kind k --ttl -P1D",
                "put --tenant acme --kind k --ttl P7D --expires-at 2999-01-01T00:00:00Z",
                "put --tenant acme --kind k --content-type nonsense",
                "get --tenant acme --kind k sha256:123",
                "get --tenant acme --kind k",
                "ls --tenant acme --limit 0",
                "ls --tenant acme --output xml",
                "ls --tenant acme --token-file x",
                "ls --tenant acme --endpoint nowhere",
                "ls --tenant acme --endpoint ftp://127.0.0.1",
                "gc --endpoint grpc://127.0.0.1:1",
                "fsck --endpoint http://127.0.0.1:1",
                "completion fish"
            })
    void wrongUsageIsRefusedBeforeAnythingStarts(String line) {
        Result result = run(line.isEmpty() ? new String[0] : line.split(" ", -1));
        assertEquals(11, result.exit(), result.err());
        assertEquals("", result.out());
        assertTrue(result.err().startsWith("surface-fs: "), result.err());
        assertEquals(List.of(), engine.holds);
    }

    @Test
    void everyCommandHelpsWithExamples() {
        for (String command : new String[] {
            "serve",
            "put",
            "get",
            "ls",
            "stat",
            "rm",
            "scan",
            "scan put",
            "scan get",
            "scan surface",
            "publish",
            "fsck",
            "du",
            "reindex",
            "gc",
            "doctor",
            "config",
            "completion",
            "version"
        }) {
            Result result = run((command + " --help").split(" ", -1));
            assertEquals(0, result.exit());
            assertTrue(result.out().contains("Usage: surface-fs " + command), result.out());
            assertTrue(result.out().contains("Examples:"), result.out());
            assertTrue(result.out().contains("  surface-fs " + command), result.out());
        }
        String all = run("--help").out();
        for (String part : new String[] {"Exit codes:", "Environment:", "SURFACE_HOME", "130", "Examples:"}) {
            assertTrue(all.contains(part), part);
        }
    }

    @Test
    void examplesStandInLinesThatATerminalHas() {
        Terminal terminal = Terminal.of(
                new ByteArrayInputStream(new byte[0]),
                OutputStream.nullOutputStream(),
                OutputStream.nullOutputStream(),
                false);
        List<CommandLine> commands = new ArrayList<>(
                List.of(SurfaceCommand.commandLine(new SurfaceCommand(engine, terminal, new Cancellation()))));
        for (int i = 0; i < commands.size(); i++) {
            commands.addAll(commands.get(i).getSubcommands().values());
            for (String line : commands.get(i).getCommandSpec().usageMessage().footer()) {
                assertTrue(line.length() < 80, line);
            }
        }
        assertTrue(commands.size() > 30);
    }

    @Test
    void onlyServeIsLeftToTheCaller() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Terminal terminal = Terminal.of(new ByteArrayInputStream(new byte[0]), out, out, false);
        assertTrue(SurfaceCommand.execute(engine, terminal, new Cancellation(), "serve")
                .serve());
        assertFalse(SurfaceCommand.execute(engine, terminal, new Cancellation(), "serve", "--help")
                .serve());
        assertFalse(SurfaceCommand.execute(engine, terminal, new Cancellation(), "version")
                .serve());
    }

    @Test
    void theCompletionScriptKnowsTheCommands() {
        String script = run("completion", "bash").out();
        for (String word : new String[] {"put", "surface", "--image-digest", "complete -F"}) {
            assertTrue(script.contains(word), word);
        }
        assertEquals(script, run("completion", "zsh").out());
    }

    @Test
    void anOutputThatIsFullIsAFailure() {
        put();
        for (String[] line : new String[][] {
            {"ls", "--tenant", "acme"},
            {"get", "--tenant", "acme", "--kind", "sbom.fragment", DIGEST},
            {"version"}
        }) {
            Result full = run(new byte[0], failing("No space left on device"), line);
            assertEquals(1, full.exit(), line[0]);
            assertTrue(full.err().contains("No space left on device"), full.err());
            Result left = run(new byte[0], failing("Broken pipe"), line);
            assertEquals(1, left.exit(), line[0]);
            assertEquals("", left.err(), "who left wants to hear nothing");
        }
    }

    private static OutputStream failing(String message) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(message);
            }
        };
    }

    @Test
    void progressIsDrawnOnATerminalAndTakenAwayAgain() {
        put();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = Terminal.of(new ByteArrayInputStream(new byte[0]), new ByteArrayOutputStream(), err, true);
        try (Progress progress = Progress.ofItems(terminal, true, "counted")) {
            progress.accept(1);
            long begun = System.nanoTime();
            while (err.size() == 0 && System.nanoTime() - begun < 10_000_000_000L) {
                progress.accept(12_345);
            }
        }
        String drawn = err.toString(StandardCharsets.UTF_8);
        assertTrue(drawn.contains("counted 12,345"), drawn);
        assertTrue(drawn.endsWith("\r\033[K"), drawn);
    }

    @Test
    void aBarShowsShareSizeAndRate() {
        assertEquals(
                "put [===============               ]  50%  1.00 MiB of 2.00 MiB  1.00 MiB/s",
                Progress.line("put", true, 1 << 20, 2 << 20, 1_000_000_000));
        assertEquals("put 512 B  512 B/s", Progress.line("put", true, 512, -1, 1_000_000_000));
        assertEquals("checked 1,000  500/s", Progress.line("checked", false, 1000, -1, 2_000_000_000));
    }
}
