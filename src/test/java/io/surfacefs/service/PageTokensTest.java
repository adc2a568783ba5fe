package io.surfacefs.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What a page token is signed with where the key that all share can't be had. */
class PageTokensTest {
    private static final Tenant ACME = new Tenant("acme");
    private static final String POSITION = "sbom.fragment/" + "0".repeat(64);

    private static ArtefactService.ListRequest page(String token) {
        return new ArtefactService.ListRequest(null, null, null, 50, token, 1 << 20);
    }

    @Test
    void listsGoOnWhileAFullDiskDoesNotTakeTheKeyAndTheirTokensCountBehindThatToo() {
        AtomicBoolean full = new AtomicBoolean(true);
        byte[] shared = new byte[32];
        PageTokens tokens = new PageTokens(() -> {
            if (full.get()) {
                throw new SurfaceException(ErrorCode.DISK_FULL, "full");
            }
            return shared;
        });
        String early = tokens.issue(ACME, page(""), POSITION);
        assertEquals(POSITION, tokens.position(ACME, page(early)));
        full.set(false);
        assertEquals(POSITION, tokens.position(ACME, page(early)));
        String late = tokens.issue(ACME, page(""), POSITION);
        PageTokens replica = new PageTokens(() -> shared);
        assertEquals(POSITION, replica.position(ACME, page(late)));
        refused(replica, ACME, early);
        refused(tokens, new Tenant("globex"), early);
        refused(tokens, new Tenant("globex"), late);
    }

    @Test
    void aStoreThatIsAwayIsToldAndNotMadeUpFor() {
        PageTokens tokens = new PageTokens(() -> {
            throw new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "away");
        });
        SurfaceException told = assertThrows(SurfaceException.class, () -> tokens.issue(ACME, page(""), POSITION));
        assertEquals(ErrorCode.STORE_UNAVAILABLE, told.code());
    }

    private static void refused(PageTokens tokens, Tenant tenant, String token) {
        SurfaceException refused = assertThrows(SurfaceException.class, () -> tokens.position(tenant, page(token)));
        assertEquals(ErrorCode.INVALID_ARGUMENT, refused.code());
    }
}
