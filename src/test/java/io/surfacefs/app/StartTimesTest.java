package io.surfacefs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StartTimesTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final long TICK = 5_000_000_000L;

    private final Map<StartTimes.Step, Long> reached = new EnumMap<>(StartTimes.Step.class);

    @Test
    void eachStepIsToldAsWhatItTookBehindTheOneBefore() {
        reached.put(StartTimes.Step.MAIN, TICK - 50_000_000);
        reached.put(StartTimes.Step.COMMAND, TICK - 49_500_000);
        reached.put(StartTimes.Step.PORTS, TICK - 1_230_000);
        assertEquals("main=1767323044950000 command=0.50 ports=48.27", StartTimes.times(reached, NOW, TICK));
    }

    @Test
    void withoutABeginningThereIsNothingToTell() {
        reached.put(StartTimes.Step.PORTS, TICK);
        assertEquals("", StartTimes.times(reached, NOW, TICK));
    }
}
