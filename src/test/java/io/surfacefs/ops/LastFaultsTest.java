package io.surfacefs.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Tenant;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The faults that the status page tells of. */
class LastFaultsTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);

    private static final Tenant TENANT = new Tenant("acme");

    private final LastFaults faults = new LastFaults(CLOCK);
    private final MetricEvents events =
            new MetricEvents(new SimpleMeterRegistry(), faults, new MetricEvents.Settings("", false, 100));

    @Test
    void theNewestComeFirstAndOldOnesAreForgottenButCounted() {
        for (int i = 0; i < LastFaults.KEPT + 10; i++) {
            faults.add("STORE_TIMEOUT", "fault " + i, null);
        }
        assertEquals(LastFaults.KEPT, faults.newest().size());
        assertEquals(
                "fault " + (LastFaults.KEPT + 9), faults.newest().getFirst().what());
        assertEquals("fault 10", faults.newest().getLast().what());
        assertEquals(Map.of("STORE_TIMEOUT", LastFaults.KEPT + 10L), faults.counts());
    }

    @Test
    void aFaultThatComesAgainAndAgainIsOneLine() {
        faults.add("STORE_TIMEOUT", "x", null);
        faults.add("STORE_TIMEOUT", "x", null);
        faults.add("STORE_TIMEOUT", "x", "sbom.fragment");
        assertEquals(2, faults.newest().size());
        assertEquals(2, faults.newest().getLast().times());
        assertEquals(1, faults.newest().getFirst().times());
    }

    @Test
    void codesBeyondABoundAreNotCountedOneByOne() {
        for (int i = 0; i < 1_000; i++) {
            faults.add("CODE_" + i, "x", null);
        }
        assertEquals(64, faults.counts().size());
    }

    @Test
    void faultsOfTheEngineAreKeptAndWhatIsNoneIsNot() {
        events.storeRequest("manifest", "ok");
        events.storeRequest("manifest", "not_found");
        events.timed(Events.Op.MANIFEST_GET, TENANT, "not_found", 1);
        events.timed(Events.Op.PAYLOAD_GET, TENANT, "store_unavailable", 1);
        assertEquals(Map.of(), faults.counts());
        events.storeRequest("manifest", "store_unavailable");
        events.timed(Events.Op.MANIFEST_PUT, TENANT, "disk_full", 1);
        events.corruptPayload(
                new ArtefactKey(TENANT, new Kind("sbom.fragment"), Digest.parse("sha256:" + "0".repeat(64))));
        events.cacheQuarantined();
        events.spoolRejected("digest_mismatch");
        events.quotaExceeded();
        assertEquals(
                Map.of(
                        "STORE_UNAVAILABLE", 1L,
                        "DISK_FULL", 1L,
                        "CORRUPT_OBJECT", 2L,
                        "DIGEST_MISMATCH", 1L,
                        "QUOTA_EXCEEDED", 1L),
                faults.counts());
        assertEquals(CLOCK.instant(), faults.newest().getFirst().last());
        assertEquals(
                "sbom.fragment",
                faults.newest().stream()
                        .filter(fault -> fault.about() != null)
                        .findFirst()
                        .orElseThrow()
                        .about());
    }
}
