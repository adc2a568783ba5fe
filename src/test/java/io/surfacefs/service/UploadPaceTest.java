package io.surfacefs.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class UploadPaceTest {
    private static final long SECOND = 1_000_000_000L;

    private final UploadPace pace = new UploadPace(Duration.ofSeconds(10), 100);

    private void refused(long nanos) {
        SurfaceException e = assertThrows(SurfaceException.class, () -> pace.waited(nanos));
        assertEquals(ErrorCode.INVALID_ARGUMENT, e.code());
    }

    @Test
    void aSlowBodyThatGoesOnIsTakenHoweverLongItIs() {
        for (int i = 0; i < 100_000; i++) {
            pace.arrived(100);
            pace.waited(SECOND);
        }
    }

    @Test
    void aBodyThatTricklesIsGivenUp() {
        for (int i = 0; i < 9; i++) {
            pace.waited(SECOND);
            pace.arrived(99);
        }
        refused(SECOND);
    }

    @Test
    void aClientMayPauseForAWholeWindowBehindABurstAndNoLonger() {
        pace.arrived(1_000_000);
        pace.waited(10 * SECOND);
        assertEquals(10 * SECOND, pace.left());
        pace.waited(9 * SECOND);
        assertEquals(SECOND, pace.left());
        refused(SECOND);
    }

    @Test
    void withoutARateSomethingMustComeAllTheSame() {
        UploadPace silent = new UploadPace(Duration.ofSeconds(10), 0);
        silent.arrived(1);
        silent.waited(10 * SECOND);
        assertThrows(SurfaceException.class, () -> silent.waited(10 * SECOND));
    }
}
