package io.surfacefs.store.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.surfacefs.store.BlobKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Objects in buckets that several change at once. The server inside the JVM isn't atomic here. */
abstract class S3RaceContract extends S3BlobContract {
    @Test
    void ofManyWhoChangeOneObjectAtOnceOneDoes() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int round = 0; round < 25; round++) {
                BlobKey key = BlobKey.manifest("race/" + round);
                assertEquals(
                        1, wins(threads, i -> put(key, bytes("writer " + i)).done() == 1));
                String tag = blobs.head(key).tag();
                assertEquals(1, wins(threads, i -> blobs.replace(key, tag, bytes("changer " + i))));
            }
        }
    }

    private interface Racer {
        boolean run(int number);
    }

    private static int wins(ExecutorService threads, Racer racer) throws Exception {
        List<Callable<Boolean>> racers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int number = i;
            racers.add(() -> racer.run(number));
        }
        int wins = 0;
        for (Future<Boolean> racing : threads.invokeAll(racers)) {
            wins += racing.get() ? 1 : 0;
        }
        return wins;
    }
}
