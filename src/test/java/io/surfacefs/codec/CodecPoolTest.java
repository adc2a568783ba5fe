package io.surfacefs.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.codec.CodecPool.Lane;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class CodecPoolTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    /** Holds a thread of the pool until told to let go. */
    private static PoolTask<Integer> occupy(CodecPool pool, CountDownLatch held, CountDownLatch letGo) {
        return pool.submit(Lane.CHECK, contexts -> {
            held.countDown();
            try {
                letGo.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return 0;
        });
    }

    @Test
    void lanesTakeTurnsSoThatManyReadersDoNotStarveAnUpload() throws InterruptedException {
        try (CodecPool pool = new CodecPool(1)) {
            CountDownLatch held = new CountDownLatch(1);
            CountDownLatch letGo = new CountDownLatch(1);
            occupy(pool, held, letGo);
            held.await();
            List<Lane> order = new ArrayList<>();
            PoolTask<Boolean> last = null;
            for (int i = 0; i < 100; i++) {
                last = pool.submit(Lane.READ, contexts -> order.add(Lane.READ));
            }
            for (int i = 0; i < 3; i++) {
                pool.submit(Lane.UPLOAD, contexts -> order.add(Lane.UPLOAD));
            }
            letGo.countDown();
            last.await(LONG);
            assertEquals(
                    3,
                    order.subList(0, 6).stream()
                            .filter(lane -> lane == Lane.UPLOAD)
                            .count());
        }
    }

    @Test
    void workThatDoesNotGetItsTurnInTimeIsRefusedAndNeverRuns() throws InterruptedException {
        try (CodecPool pool = new CodecPool(1, 1, Duration.ofMillis(20))) {
            CountDownLatch held = new CountDownLatch(1);
            CountDownLatch letGo = new CountDownLatch(1);
            occupy(pool, held, letGo);
            held.await();
            List<String> ran = new ArrayList<>();
            SurfaceException refused =
                    assertThrows(SurfaceException.class, () -> pool.call(Lane.UPLOAD, contexts -> ran.add("late")));
            assertEquals(ErrorCode.OVERLOADED, refused.code());
            letGo.countDown();
            pool.submit(Lane.UPLOAD, contexts -> 1).await(LONG);
            assertTrue(ran.isEmpty());
        }
    }

    @Test
    void whatWorkThrowsReachesWhoWaitsAndTheThreadGoesOn() {
        try (CodecPool pool = new CodecPool(1)) {
            SurfaceException failure = ZstdFrames.corrupt("bad");
            assertSame(
                    failure,
                    assertThrows(
                            SurfaceException.class,
                            () -> pool.call(Lane.READ, contexts -> {
                                throw failure;
                            })));
            assertThrows(
                    IllegalStateException.class,
                    () -> pool.call(Lane.READ, contexts -> {
                        throw new StackOverflowError();
                    }));
            assertEquals("seven", pool.call(Lane.READ, contexts -> "seven"));
        }
    }

    @Test
    void closingFinishesWhatIsQueuedAndRefusesWhatComesLater() {
        CodecPool pool = new CodecPool(1);
        List<PoolTask<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            int number = i;
            tasks.add(pool.submit(Lane.UPLOAD, contexts -> number));
        }
        pool.close();
        for (int i = 0; i < 50; i++) {
            assertEquals(i, tasks.get(i).await(LONG));
        }
        SurfaceException refused = assertThrows(SurfaceException.class, () -> pool.submit(Lane.UPLOAD, contexts -> 1));
        assertEquals(ErrorCode.OVERLOADED, refused.code());
        assertThrows(SurfaceException.class, () -> pool.callInline(Lane.UPLOAD, contexts -> 1));
        pool.close();
    }

    @Test
    void cancelledWorkNeitherRunsNorIsLeftRunning() throws InterruptedException {
        try (CodecPool pool = new CodecPool(1)) {
            CountDownLatch held = new CountDownLatch(1);
            CountDownLatch letGo = new CountDownLatch(1);
            PoolTask<Integer> running = occupy(pool, held, letGo);
            held.await();
            List<String> ran = new ArrayList<>();
            PoolTask<Boolean> queued = pool.submit(Lane.READ, contexts -> ran.add("cancelled"));
            queued.cancel();
            assertFalse(queued.isDone());
            letGo.countDown();
            running.cancel();
            assertTrue(running.isDone());
            pool.call(Lane.READ, contexts -> 1);
            assertTrue(ran.isEmpty());
        }
    }
}
