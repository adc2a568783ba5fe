package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server is killed while many put, again and again, on one data folder. */
class KillIT {
    private static final String KIND = "sbom.fragment";
    private static final int ROUNDS = 12;

    /** Sizes that take different ways: journal and memory, one file each, an intake file of several pieces. */
    private static final int[] SIZES = {700, 4_096, 120_000, 500_000, 1_700_000};

    @TempDir
    Path folder;

    /** One round: what was sent by the digest of its bytes, and what of it was acknowledged. */
    private static final class Round {
        final Map<String, byte[]> sent = new ConcurrentHashMap<>();
        final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        final ConcurrentLinkedQueue<String> refused = new ConcurrentLinkedQueue<>();
        final String image;

        Round(int number) {
            image = "sha256:%064x".formatted(0xabc000 + number);
        }
    }

    @Test
    void whatWasAcknowledgedIsThereAfterEveryKillAndNothingTornIsServed() throws Exception {
        Random random = new Random(9);
        List<Round> rounds = new ArrayList<>();
        int losses = 0;
        int leftovers = 0;
        // Most of what this test waits for is the JVM's start.
        try (SurfaceProcess server = SurfaceProcess.server(folder.resolve("home"))
                .jvm("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
                .start()) {
            StoreFolder store = StoreFolder.of(server);
            for (int number = 0; number < ROUNDS; number++) {
                Round round = new Round(number);
                rounds.add(round);
                putUntilKilled(server, round, random.nextInt(4, 40), number);
                assertEquals(List.of(), List.copyOf(round.refused), "answers other than success");
                List<Path> runs = store.runs();
                losses += loseWhatWasNotSynced(store, round);
                leftovers += store.temporary().size();

                server.restart();
                assertTrue(runs.stream().noneMatch(Files::exists), () -> "folders of the dead left behind: " + runs);
                assertEquals(1, store.runs().size());
                try (Rest rest = new Rest(server)) {
                    check(rest, round);
                }
            }
            try (Rest rest = new Rest(server)) {
                checkAll(rest, store, rounds);
            }
        }
        assertTrue(losses > 0, "no kill met a small artefact, so no journal was needed");
        assertTrue(leftovers > 0, "no kill met a temporary file, so none was cleared");
    }

    /** Several clients put until the server, killed after so many acknowledgements, answers no more. */
    private static void putUntilKilled(SurfaceProcess server, Round round, int after, int number) throws Exception {
        CountDownLatch enough = new CountDownLatch(after);
        AtomicInteger seed = new AtomicInteger(1_000_000 * (number + 1));
        List<Thread> clients = new ArrayList<>();
        try (Rest rest = new Rest(server)) {
            for (int i = 0; i < SIZES.length; i++) {
                int size = SIZES[i];
                clients.add(Thread.ofVirtual().start(() -> put(rest, round, size, seed, enough)));
            }
            boolean reached = enough.await(60, TimeUnit.SECONDS);
            server.kill9();
            for (Thread client : clients) {
                client.join();
            }
            assertTrue(reached, () -> "only " + round.acknowledged.size() + " puts in a minute\n" + server.output());
        }
    }

    private static void put(Rest rest, Round round, int size, AtomicInteger seed, CountDownLatch enough) {
        try {
            while (true) {
                byte[] bytes = Rest.noise(size, seed.incrementAndGet());
                round.sent.put(Rest.digest(bytes), bytes);
                Rest.Answer answer = rest.put(KIND, bytes, "Surface-Image-Digest", round.image);
                if (answer.status() == 201) {
                    round.acknowledged.add(Rest.digest(bytes));
                } else {
                    round.refused.add(answer.status() + " " + answer.text());
                }
                enough.countDown();
            }
        } catch (IOException killed) {
            // what was under way has no answer
        }
    }

    /**
     * Takes the files of a small artefact away that was just acknowledged: its put was made durable by the journal, so
     * a loss of power may have done so too.
     */
    private static int loseWhatWasNotSynced(StoreFolder store, Round round) throws IOException {
        for (String digest : round.acknowledged) {
            if (round.sent.get(digest).length <= SIZES[1]) {
                Files.delete(store.manifest(KIND, digest));
                Files.delete(store.payload(KIND, digest));
                return 1;
            }
        }
        return 0;
    }

    /** What was acknowledged is there and listed; what was not is there whole or not at all, and can be put again. */
    private static void check(Rest rest, Round round) throws IOException {
        Set<String> listed = rest.listed(round.image);
        for (Map.Entry<String, byte[]> sent : round.sent.entrySet()) {
            String digest = sent.getKey();
            boolean acknowledged = round.acknowledged.contains(digest);
            Rest.Answer manifest = rest.manifest(KIND, digest);
            Rest.Answer payload = rest.payload(KIND, digest);
            assertEquals(manifest.status(), payload.status(), "manifest and payload of " + digest);
            if (payload.status() == 200) {
                assertArrayEquals(sent.getValue(), payload.body(), digest);
                assertTrue(listed.contains(digest), digest + " is there but not listed");
            } else {
                assertEquals("404 NOT_FOUND", payload.summary());
                assertFalse(acknowledged, digest + " was acknowledged and is gone");
                assertFalse(listed.contains(digest), digest + " is listed but not there");
                assertEquals(
                        201,
                        rest.put(KIND, sent.getValue(), "Surface-Image-Digest", round.image)
                                .status());
                assertArrayEquals(sent.getValue(), rest.payload(KIND, digest).body());
            }
        }
    }

    private static void checkAll(Rest rest, StoreFolder store, List<Round> rounds) throws IOException {
        Set<String> known = new HashSet<>();
        for (Round round : rounds) {
            assertEquals(round.sent.keySet(), rest.listed(round.image));
            known.addAll(round.sent.keySet());
        }
        for (Path payload : store.payloads()) {
            String digest = StoreFolder.digest(payload);
            assertTrue(known.remove(digest), digest + " is stored and was never sent");
            assertEquals(digest, Rest.digest(rest.payload(KIND, digest).body()));
        }
        assertEquals(Set.of(), known, "payloads without a file");
    }
}
