package io.surfacefs.store.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.codec.Hashes;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Tenant;
import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.ManualClock;
import io.surfacefs.store.MemoryBlobStore;
import io.surfacefs.store.StoreFault;
import io.surfacefs.store.StoreFault.Reason;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Which calls of a store are tried how often, and what may find out whether it is back. */
class GuardedStoreTest {
    private static final Duration DELAY = Duration.ofSeconds(5);
    private static final ArtefactKey KEY =
            new ArtefactKey(new Tenant("acme"), new Kind("sbom.fragment"), Hashes.sha256(new byte[] {1}));

    private final ManualTime time = new ManualTime();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private Function<String, Object> script = name -> null;
    private final StoreGuard guard = new StoreGuard(
            new FaultSettings(Duration.ofMinutes(2), 3, DELAY, 100),
            FaultsTest.looks(() -> {}),
            Events.NONE,
            time,
            time);
    private final ArtefactStore store = new GuardedStore(scripted(), guard);

    private ArtefactStore scripted() {
        return (ArtefactStore) Proxy.newProxyInstance(
                ArtefactStore.class.getClassLoader(), new Class<?>[] {ArtefactStore.class}, (proxy, method, args) -> {
                    calls.add(method.getName());
                    return script.apply(method.getName());
                });
    }

    private static Object failing(Reason reason) {
        throw new StoreFault(reason, null, null);
    }

    @Test
    void readsAreTriedAgainAndADeleteIsNotSinceItTellsWhatItFound() {
        script = name -> failing(Reason.SERVER);
        assertThrows(StoreFault.class, () -> store.manifest(KEY));
        assertEquals(List.of("manifest", "manifest", "manifest"), calls);
        time.pass(DELAY.toMillis() + 1);
        script = name -> name.equals("manifest") ? null : failing(Reason.SERVER);
        store.manifest(KEY);
        calls.clear();
        assertThrows(StoreFault.class, () -> store.delete(KEY));
        assertEquals(List.of("delete"), calls);
    }

    @Test
    void ofManyRequestsOnlyOneFindsOutWhetherTheStoreIsBack() {
        script = name -> failing(Reason.UNREACHABLE);
        assertThrows(StoreFault.class, () -> store.manifest(KEY));
        time.pass(DELAY.toMillis() + 1);
        calls.clear();
        assertThrows(StoreFault.class, () -> store.missing(List.of(KEY)));
        assertEquals(List.of("manifest"), calls);
        time.pass(DELAY.toMillis() + 1);
        calls.clear();
        script = name -> name.equals("missing") ? List.of() : null;
        assertEquals(List.of(), store.missing(List.of(KEY)));
        assertEquals(List.of("manifest", "missing"), calls);
        assertTrue(guard.circuit().isClosed());
    }

    private static List<String> faults(RehearsalSettings settings, MemoryBlobStore blobs) {
        List<String> seen = new ArrayList<>();
        try (RehearsedBlobs spoiled = new RehearsedBlobs(blobs, settings)) {
            for (int i = 0; i < 200; i++) {
                try {
                    seen.add(spoiled.head(NAME) == null ? "absent" : "there");
                } catch (StoreFault e) {
                    seen.add(e.reason().name());
                }
            }
        }
        return seen;
    }

    private static final BlobKey NAME = BlobKey.cache("a/b");

    @Test
    void aRehearsalFailsItsShareAndTheSameCallsForTheSameSeed() {
        MemoryBlobStore blobs = new MemoryBlobStore(new ManualClock());
        List<String> first = faults(new RehearsalSettings(Duration.ZERO, 0.2, 0, 0, 7), blobs);
        assertEquals(first, faults(new RehearsalSettings(Duration.ZERO, 0.2, 0, 0, 7), blobs));
        long failed = first.stream().filter("SERVER"::equals).count();
        assertTrue(failed > 10 && failed < 90, "" + failed);
        assertFalse(new RehearsalSettings(Duration.ZERO, 0, 0, 0, 7).any());
    }

    @Test
    void aRehearsalBreaksBodiesOffAndTearsThem() throws IOException {
        MemoryBlobStore blobs = new MemoryBlobStore(new ManualClock());
        byte[] content = new byte[1000];
        blobs.putAllIfAbsent(List.of(new BlobStore.Put(NAME, new BlobSource.Bytes(content))));
        byte[] got = new byte[1000];
        try (RehearsedBlobs cutting = new RehearsedBlobs(blobs, new RehearsalSettings(Duration.ZERO, 0, 1, 0, 1));
                var bytes = cutting.open(NAME, -1).bytes()) {
            assertEquals(
                    Reason.PARTIAL_BODY,
                    assertThrows(StoreFault.class, () -> bytes.read(0, got, 0, 1000))
                            .reason());
        }
        try (RehearsedBlobs tearing = new RehearsedBlobs(blobs, new RehearsalSettings(Duration.ZERO, 0, 0, 1, 1));
                var bytes = tearing.open(NAME, -1).bytes()) {
            bytes.read(0, got, 0, 1000);
            assertEquals(
                    1,
                    Map.of(1, got).values().stream()
                            .mapToInt(GuardedStoreTest::wrong)
                            .sum());
        }
    }

    private static int wrong(byte[] bytes) {
        int wrong = 0;
        for (byte b : bytes) {
            wrong += b == 0 ? 0 : 1;
        }
        return wrong;
    }
}
