package io.surfacefs.store.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Timestamp;
import io.surfacefs.ops.Events;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.ManualClock;
import io.surfacefs.store.MemoryBlobStore;
import io.surfacefs.store.StoreFault;
import io.surfacefs.store.TestArtefacts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Changes that the store made, and of which it could not tell. */
class LostAnswerTest {
    private static final Duration LENGTH = Duration.ofSeconds(60);

    /** What is seen of a change whose answer was lost. */
    enum Seen {
        /** The fault, where nobody tries again. */
        FAULT,
        /** What a second attempt is told: the first has taken the place. */
        REFUSED_AGAIN
    }

    private final ManualClock clock = new ManualClock();
    private final AtomicLong time = new AtomicLong();
    private @Nullable Seen lost;

    private final MemoryBlobStore blobs = new MemoryBlobStore(clock) {
        @Override
        public PutResult putAllIfAbsent(List<Put> puts) {
            return answered(() -> super.putAllIfAbsent(puts), new PutResult(0, false, false));
        }

        @Override
        public boolean replace(BlobKey key, @Nullable String expectedTag, BlobSource source) {
            return answered(() -> super.replace(key, expectedTag, source), false);
        }

        @Override
        public boolean delete(BlobKey key, @Nullable String expectedTag) {
            boolean done = super.delete(key, expectedTag);
            return done && lost != Seen.REFUSED_AGAIN;
        }
    };

    private <T> T answered(Supplier<T> change, T again) {
        T answer = change.get();
        if (lost == Seen.FAULT) {
            throw new StoreFault(StoreFault.Reason.UNREACHABLE, null, null);
        }
        return lost == Seen.REFUSED_AGAIN ? again : answer;
    }

    private final LayoutStore store = new LayoutStore(
            blobs,
            TestArtefacts.CODEC,
            TestArtefacts.VERIFIER,
            new LayoutSettings(Duration.ofHours(1), Duration.ofHours(2), Duration.ofSeconds(1), true, true),
            clock,
            Events.NONE);
    private final byte[] payload = TestArtefacts.text(1, 100);
    private final ArtefactKey key = TestArtefacts.key(payload);

    @ParameterizedTest
    @EnumSource
    void aSweepGoesOnWithTheMarkerThatIsItsOwn(Seen seen) {
        store.stage(key, TestArtefacts.received(payload));
        clock.advance(Duration.ofHours(3));
        lost = seen;
        store.upkeep().sweep();
        assertNull(blobs.peek(Markers.name(key)), "whoever puts it again would wait for the end of a drop");
        assertNull(blobs.peek(Payloads.name(key)));
        assertNull(blobs.peek(Lease.NAME), "nobody could sweep until it had run out");
    }

    @ParameterizedTest
    @EnumSource
    void aLeaseThatWasTakenOrRenewedIsHeld(Seen seen) {
        lost = seen;
        Lease.Held held = new Lease(blobs, LENGTH, time::get).take(false);
        assertNotNull(held);
        time.addAndGet(LENGTH.dividedBy(3).toNanos());
        held.keep();
        assertNull(new Lease(blobs, LENGTH, time::get).take(false), "it is one's own and nobody else's");
    }

    @ParameterizedTest
    @EnumSource
    void whatRetentionDroppedGoesWithItsPayload(Seen seen) {
        Timestamp end = Timestamp.ofSeconds(clock.instant().plus(Duration.ofMinutes(1)));
        store.commit(key, TestArtefacts.received(payload), TestArtefacts.filled(key, end), TestArtefacts.INDEX);
        clock.advance(Duration.ofHours(3));
        lost = seen;
        assertEquals(1, store.upkeep().expire(Map.of(), n -> {}));
        assertNull(store.manifest(key));
        assertNotNull(blobs.peek(Markers.name(key)), "only a marker lets the payload go");
        lost = null;
        clock.advance(Duration.ofHours(2));
        assertEquals(1, store.upkeep().sweep());
        assertNull(blobs.peek(Payloads.name(key)));
    }

    @ParameterizedTest
    @EnumSource
    void whatAnotherWroteMeanwhileIsNotTakenForOnesOwn(Seen seen) {
        Claim mine = new Claim(Lease.NAME, new byte[] {1});
        Claim other = new Claim(Lease.NAME, new byte[] {2});
        String tag = other.write(blobs, null);
        assertNotNull(tag);
        lost = seen;
        if (seen == Seen.FAULT) {
            assertThrows(StoreFault.class, () -> mine.write(blobs, tag + "0"));
        } else {
            assertNull(mine.write(blobs, tag + "0"));
        }
        assertEquals(2, blobs.peek(Lease.NAME)[0]);
    }
}
