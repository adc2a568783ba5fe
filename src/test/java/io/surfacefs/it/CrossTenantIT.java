package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.it.RawHttp.Answer;
import io.surfacefs.it.RawHttp.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One tenant tries, by thousands of generated requests on both ports, to read, to change or to learn of what others
 * have. No try succeeds, none is a fault of the service, what is answered is the same whether there is something or
 * not, nothing of the others' changes; and beside each stands the same for the caller's own tenant, which succeeds. As
 * many as {@code -Dsurface.attempts} says, the same for the same {@code -Dsurface.attempts.seed}.
 */
class CrossTenantIT {
    private static final int ATTEMPTS = Integer.getInteger("surface.attempts", 3_000);
    private static final long SEED = Long.getLong("surface.attempts.seed", 20251129L);
    private static final int THREADS = 3;
    private static final String OWN = "acme";
    /**
     * One that shares no letter with the caller, one whose name goes on where the caller's ends, one that it ends in.
     */
    private static final List<String> VICTIMS = List.of("globex", "acme-eu", "me");

    @TempDir
    static Path folder;

    private static Issuer issuer;
    private static Issuer stranger;
    private static BadTokens tokens;
    private static SurfaceProcess server;
    private static Estate own;
    private static final List<Estate> others = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        issuer = new Issuer();
        stranger = new Issuer();
        tokens = new BadTokens(issuer, stranger, VICTIMS, OWN);
        server = SurfaceProcess.server(folder.resolve("home"))
                .env("SURFACE_SECURITY_AUTH", "oidc")
                .env("QUARKUS_OIDC_AUTH_SERVER_URL", issuer.url())
                .env("SURFACE_RETENTION_DELETE", "any")
                .start();
        try (KeptHttp http = new KeptHttp(server)) {
            own = Estate.settle(http, OWN, tokens.good(OWN));
            for (String victim : VICTIMS) {
                others.add(Estate.settle(http, victim, tokens.good(victim)));
            }
        }
    }

    @AfterAll
    static void stop() {
        server.close();
        issuer.close();
        stranger.close();
        assertFalse(server.output().contains("Exception"), server.output());
    }

    @Test
    void noTryOverRestSucceedsChangesAnythingOrLearnsWhatThereIs() throws Exception {
        RestTries tries = new RestTries(own, others, tokens);
        attempt(ATTEMPTS - ATTEMPTS / 3, () -> {
            KeptHttp http = new KeptHttp(server);
            return new Attempts() {
                @Override
                public void run(Random random) throws IOException {
                    check(http, tries.make(random));
                }

                @Override
                public void close() {
                    http.close();
                }
            };
        });
    }

    @Test
    void noTryOverGrpcSucceedsChangesAnythingOrLearnsWhatThereIs() throws Exception {
        GrpcTries tries = new GrpcTries(own, others, tokens);
        attempt(ATTEMPTS / 3, () -> {
            GrpcCaller grpc = new GrpcCaller(server);
            return new Attempts() {
                @Override
                public void run(Random random) {
                    check(grpc, tries.make(random));
                }

                @Override
                public void close() {
                    grpc.close();
                }
            };
        });
    }

    @Test
    void whoPutsWhatAnotherHasIsToldNothingOfIt() throws IOException {
        try (KeptHttp http = new KeptHttp(server)) {
            Estate.Item theirs = others.getFirst().items.getLast();
            byte[] nobodys = new String(theirs.content(), StandardCharsets.UTF_8)
                    .replace("canary", "finch_")
                    .getBytes(StandardCharsets.UTF_8);
            List<String> answers = new ArrayList<>();
            for (byte[] content : List.of(theirs.content(), nobodys)) {
                String hex = Rest.digest(content).substring("sha256:".length());
                List<String> caller = List.of("Authorization: Bearer " + tokens.good(OWN));
                Request put = RestOps.body("PUT", Estate.base(OWN) + "payloads/probe/sha256:" + hex, content, caller);
                Request shot = RestOps.body(
                        "POST",
                        Estate.base(OWN) + "artefacts/probe",
                        content,
                        caller,
                        "Surface-Expires-At: 2099-01-01T00:00:00Z");
                answers.add(told(http.send(put), hex) + told(http.send(shot), hex));
            }
            assertTrue(answers.getFirst().startsWith("HTTP/1.1 201"), answers.getFirst());
            assertEquals(answers.get(1), answers.getFirst());
        }
    }

    @Test
    void noKitCarriesAnythingOutOfAnotherTenantOrIntoIt() throws IOException {
        Estate other = others.getFirst();
        Path mine = token(OWN);
        Path theirs = token(other.tenant);
        byte[] content = (other.word + " of a kit").getBytes(StandardCharsets.UTF_8);
        String item = Estate.base(other.tenant) + "manifests/kit/" + Rest.digest(content);
        List<String> bearer = List.of("Authorization: Bearer " + tokens.good(other.tenant));
        try (KeptHttp http = new KeptHttp(server)) {
            String put = Estate.base(other.tenant) + "artefacts/kit";
            assertEquals(
                    201, http.send(RestOps.body("POST", put, content, bearer)).status());
            String[] export = {"export", "--tenant=" + other.tenant, "--kind=kit"};
            SurfaceProcess.Result stolen = kit(mine, folder.resolve("stolen.tar"), export);
            assertEquals(11, stolen.exit(), stolen::stderr);
            assertShowsNothing(stolen.out() + stolen.stderr(), stolen.stderr());
            assertEquals(0, kit(theirs, folder.resolve("kit.tar"), export).exit());
            Request gone = new Request("DELETE", item, bearer, null);
            assertEquals(204, http.send(gone).status());
            SurfaceProcess.Result forced = kit(mine, folder.resolve("kit.tar"), "import", "--force");
            assertEquals(11, forced.exit(), forced::stderr);
            assertEquals(404, http.send(new Request("GET", item, bearer, null)).status());
            SurfaceProcess.Result lawful = kit(theirs, folder.resolve("kit.tar"), "import");
            assertEquals(0, lawful.exit(), lawful::stderr);
            assertEquals(200, http.send(new Request("GET", item, bearer, null)).status());
            assertEquals(204, http.send(gone).status());
        }
    }

    private static Path token(String tenant) throws IOException {
        return Files.writeString(
                folder.resolve("token-of-" + tenant),
                issuer.token(tenant, "surface.read surface.write surface.delete surface.admin"));
    }

    private static SurfaceProcess.Result kit(Path token, Path kit, String... line) {
        List<String> all = new ArrayList<>(List.of("kit"));
        all.addAll(List.of(line));
        all.addAll(List.of(kit.toString(), "--endpoint", "http://127.0.0.1:" + server.httpPort()));
        all.addAll(List.of("--token-file", token.toString()));
        return SurfaceProcess.run(folder.resolve("cli"), all.toArray(String[]::new));
    }

    /** An answer but for the times in it, the digests, and the stored sizes: contents differ by a few letters. */
    private static String told(Answer answer, String hex) {
        return (answer.head() + answer.text())
                .replace(hex, "HEX")
                .replace(hex.substring(0, 2) + "/" + hex.substring(2, 4), "hh/tt")
                .replaceAll(
                        "(?i)date: [^\r]*|etag: [^\r]*|repr-digest: [^\r]*|content-length: [^\r]*|\"createdAt\":\"[^\"]*\"|\"sha256\":\"[^\"]*\"|\"sizeBytes\":[0-9]+",
                        "");
    }

    private interface Attempts extends AutoCloseable {
        void run(Random random) throws IOException;

        @Override
        void close();
    }

    private interface Maker {
        Attempts make();
    }

    private static void attempt(int count, Maker maker) throws IOException, InterruptedException {
        Map<String, String> before = whatOthersHave();
        AtomicLong next = new AtomicLong();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                done.add(threads.submit(() -> {
                    try (Attempts attempts = maker.make()) {
                        for (long n = next.getAndIncrement(); n < count; n = next.getAndIncrement()) {
                            attempts.run(new Random(SEED * 1_000_003 + n));
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> each : done) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Error error ? error : new AssertionError(e.getCause());
        } finally {
            next.set(count);
        }
        assertEquals(before, whatOthersHave());
        assertTrue(server.isAlive());
    }

    private static void check(KeptHttp http, RestTries.Try tried) throws IOException {
        Answer answer = http.send(tried.bad());
        String seen =
                tried.what() + "\n" + tried.bad().method() + " " + tried.bad().target() + "\n"
                        + String.join("\n", tried.bad().headers()) + "\n\n" + answer.head() + "\n\n" + answer.text();
        int status = answer.status();
        assertTrue(status >= 200 && status < 500, seen);
        assertTrue(status >= 400 || (status < 300 && tried.mayAnswer()), seen);
        assertShowsNothing(answer.head() + answer.text(), seen);
        if (tried.absent() != null) {
            Answer absent = http.send(tried.absent());
            assertEquals(Parity.said(whole(absent), tried.item()), Parity.said(whole(answer), tried.item()), seen);
        }
        Answer lawful = null;
        for (Request twin : tried.lawful()) {
            lawful = http.send(twin);
            String told =
                    "the twin: " + twin.method() + " " + twin.target() + "\n" + lawful.head() + "\n\n" + lawful.text();
            assertTrue(lawful.status() >= 200 && lawful.status() < 300, () -> seen + told);
        }
        if (tried.shown() != null) {
            String whole = whole(lawful);
            assertTrue(whole.contains(tried.shown()), () -> seen + "the twin shows nothing: " + whole);
        }
    }

    private static String whole(Answer answer) {
        return answer.head() + "\r\n\r\n" + answer.text();
    }

    private static void check(GrpcCaller grpc, GrpcTries.Try tried) {
        GrpcCaller.Outcome outcome = grpc.call(tried.bad());
        String seen = tried.what() + "\n" + tried.bad() + "\n" + outcome;
        assertTrue(outcome.isRefusal() || (outcome.isOk() && tried.mayAnswer()), seen);
        assertShowsNothing(outcome.text(), seen);
        if (tried.absent() != null) {
            GrpcCaller.Outcome absent = grpc.call(tried.absent());
            assertEquals(
                    Parity.said(absent.toString(), tried.item()), Parity.said(outcome.toString(), tried.item()), seen);
        }
        GrpcCaller.Outcome lawful = null;
        for (GrpcTries.Call twin : tried.lawful()) {
            lawful = grpc.call(twin);
            assertTrue(lawful.isOk(), seen + "\nthe twin: " + twin + "\n" + lawful);
        }
        if (tried.shown() != null) {
            assertTrue(lawful.text().contains(tried.shown()), seen + "\nthe twin shows nothing: " + lawful);
        }
    }

    private static void assertShowsNothing(String text, String seen) {
        for (Estate other : others) {
            assertFalse(text.contains(other.word), seen);
        }
    }

    /** All that the others see of what they have, and the files that bear their names. */
    private static Map<String, String> whatOthersHave() throws IOException {
        Map<String, String> all = new TreeMap<>();
        StoreSnapshot.of(server).forEach((file, facts) -> {
            if (VICTIMS.stream()
                    .anyMatch(victim -> file.contains("/" + victim + "/") || file.contains("/" + victim + "."))) {
                all.put(file, facts);
            }
        });
        assertFalse(all.isEmpty());
        try (KeptHttp http = new KeptHttp(server)) {
            for (Estate other : others) {
                other.seen(http, tokens.good(other.tenant))
                        .forEach((path, text) -> all.put(other.tenant + " " + path, text));
            }
        }
        return all;
    }
}
