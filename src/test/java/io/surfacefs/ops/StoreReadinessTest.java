package io.surfacefs.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What readiness says of a store that can be used, one that can't, and one that hangs. */
class StoreReadinessTest {
    private final AtomicInteger looks = new AtomicInteger();
    private final CountDownLatch hanging = new CountDownLatch(1);
    private volatile Runnable medium = () -> {};
    private StoreReadiness readiness = new StoreReadiness(this::look, Duration.ofSeconds(60));

    private void look() {
        looks.incrementAndGet();
        medium.run();
    }

    @AfterEach
    void close() {
        readiness.close();
    }

    private void assertAnswers(HealthCheckResponse.Status status, String code) {
        HealthCheckResponse answer = readiness.call();
        assertEquals("store", answer.getName());
        assertEquals(status, answer.getStatus());
        assertEquals(
                code.isEmpty() ? Map.of() : Map.of("code", code),
                answer.getData().orElse(Map.of()));
    }

    @Test
    void theCodeOfTheFaultIsToldAndTheNextLookFindsTheStoreBack() {
        assertAnswers(HealthCheckResponse.Status.UP, "");
        medium = () -> {
            throw new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "gone");
        };
        assertAnswers(HealthCheckResponse.Status.DOWN, "STORE_UNAVAILABLE");
        medium = () -> {
            throw new IllegalStateException("a bug");
        };
        assertAnswers(HealthCheckResponse.Status.DOWN, "INTERNAL");
        medium = () -> {};
        assertAnswers(HealthCheckResponse.Status.UP, "");
        assertEquals(4, looks.get());
    }

    @Test
    void aStoreThatHangsIsToldWithinTheLimitAndHoldsOneLookHoweverManyAsk() {
        readiness.close();
        readiness = new StoreReadiness(this::look, Duration.ofMillis(20));
        medium = () -> {
            try {
                hanging.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        for (int i = 0; i < 5; i++) {
            assertAnswers(HealthCheckResponse.Status.DOWN, "STORE_TIMEOUT");
        }
        assertEquals(1, looks.get());
        hanging.countDown();
    }
}
