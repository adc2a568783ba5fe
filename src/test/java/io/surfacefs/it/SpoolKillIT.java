package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that writes behind is killed while many put, again and again, with its store there or away. */
@Tag("versitygw")
class SpoolKillIT {
    private static final String KIND = "sbom.fragment";
    private static final int ROUNDS = 8;
    private static final int[] SIZES = {700, 4_096, 120_000, 1_700_000};

    @TempDir
    Path folder;

    private final Map<String, byte[]> sent = new ConcurrentHashMap<>();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private final AtomicInteger seed = new AtomicInteger();

    @Test
    void whatWasAcknowledgedIsThereAfterEveryKillAndArrivesInTheStore() throws Exception {
        Random random = new Random(11);
        int waiting = 0;
        try (Versitygw s3 = SpoolProbe.s3(folder.resolve("s3"));
                SurfaceProcess server =
                        SpoolProbe.server(folder.resolve("home"), s3).start()) {
            for (int round = 0; round < ROUNDS; round++) {
                boolean away = round % 2 == 0;
                if (away) {
                    s3.kill9();
                }
                putUntilKilled(server, random.nextInt(5, 40));
                waiting += SpoolProbe.files(server, "entries").size();
                if (away) {
                    s3.restart();
                }
                server.restart();
                try (Rest rest = new Rest(server)) {
                    for (String digest : acknowledged) {
                        assertArrayEquals(
                                sent.get(digest), rest.payload(KIND, digest).body(), digest);
                        assertEquals(200, rest.manifest(KIND, digest).status());
                    }
                }
            }
            SpoolProbe.awaitDelivered(server);
            assertEquals(Set.of(), refused);
            assertEquals(List.of(), SpoolProbe.files(server, "entries"));
            assertEquals(List.of(), SpoolProbe.files(server, "rejected"));
            for (String digest : acknowledged) {
                assertTrue(Files.exists(SpoolProbe.stored(s3, KIND, digest)), digest);
            }
        }
        assertTrue(waiting > ROUNDS, "kills met what was still to be delivered: " + waiting);
    }

    private void putUntilKilled(SurfaceProcess server, int after) throws Exception {
        CountDownLatch enough = new CountDownLatch(after);
        List<Thread> clients = new ArrayList<>();
        try (Rest rest = new Rest(server)) {
            for (int size : SIZES) {
                clients.add(Thread.ofVirtual().start(() -> put(rest, size, enough)));
            }
            boolean reached = enough.await(60, TimeUnit.SECONDS);
            server.kill9();
            for (Thread client : clients) {
                client.join();
            }
            assertTrue(reached, server::output);
        }
    }

    private void put(Rest rest, int size, CountDownLatch enough) {
        try {
            while (true) {
                byte[] bytes = Rest.noise(size, seed.incrementAndGet());
                sent.put(Rest.digest(bytes), bytes);
                Rest.Answer answer = rest.put(KIND, bytes);
                if (answer.status() == 201) {
                    acknowledged.add(Rest.digest(bytes));
                } else {
                    refused.add(answer.summary());
                }
                enough.countDown();
            }
        } catch (IOException killed) {
            // what was under way has no answer
        }
    }
}
