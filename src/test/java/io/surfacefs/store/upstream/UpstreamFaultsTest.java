package io.surfacefs.store.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.grpc.Metadata;
import io.grpc.Status;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.OnBehalf;
import io.surfacefs.store.StoreFault;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whose fault a refusal is that comes from something before the upstream, which says no more than a status. */
class UpstreamFaultsTest {
    private static final Map<Status, ErrorCode> REFUSALS = Map.of(
            Status.UNAUTHENTICATED, ErrorCode.UNAUTHENTICATED,
            Status.PERMISSION_DENIED, ErrorCode.PERMISSION_DENIED);

    @AfterEach
    void nobody() {
        OnBehalf.of(null);
    }

    @Test
    void ofACallersOwnTokenItIsTheCallers() {
        OnBehalf.of("Bearer of somebody");
        REFUSALS.forEach((status, code) -> {
            SurfaceException told = UpstreamFaults.OF_CALL.ended(status, new Metadata());
            assertFalse(told instanceof StoreFault, () -> "held against the store: " + told);
            assertEquals(code, told.code());
        });
        assertInstanceOf(StoreFault.class, UpstreamFaults.OF_CALL.ended(Status.UNAVAILABLE, new Metadata()));
    }

    @Test
    void ofOurOwnTokenItIsTheStores() {
        REFUSALS.keySet()
                .forEach(status -> assertEquals(
                        ErrorCode.STORE_UNAVAILABLE,
                        assertInstanceOf(StoreFault.class, UpstreamFaults.OF_CALL.ended(status, new Metadata()))
                                .code()));
    }
}
