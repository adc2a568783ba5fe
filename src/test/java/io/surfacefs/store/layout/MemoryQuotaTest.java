package io.surfacefs.store.layout;

import static io.surfacefs.store.TestArtefacts.ACME;
import static io.surfacefs.store.TestArtefacts.key;
import static io.surfacefs.store.TestArtefacts.noise;
import static io.surfacefs.store.TestArtefacts.received;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Tenant;
import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.MemoryBlobStore;
import io.surfacefs.store.QuotaContract;
import io.surfacefs.store.StoreFault;
import io.surfacefs.store.TestArtefacts;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Quotas over objects that change one by one, as in S3, and of which some can be made to fail. */
class MemoryQuotaTest extends QuotaContract {
    private final AtomicInteger steps = new AtomicInteger();
    private Predicate<BlobKey> fails = key -> false;
    private boolean behind;

    @Override
    protected BlobStore openBlobs() {
        return new MemoryBlobStore(clock) {
            @Override
            protected void step() {
                steps.incrementAndGet();
            }

            @Override
            public PutResult putAllIfAbsent(List<Put> puts) {
                boolean failing = fails.test(puts.getFirst().key());
                if (!failing || behind) {
                    PutResult result = super.putAllIfAbsent(failing ? puts.subList(0, 1) : puts);
                    if (!failing) {
                        return result;
                    }
                }
                throw new StoreFault(StoreFault.Reason.SERVER, "made to fail", null);
            }
        };
    }

    private static boolean isPayload(BlobKey key) {
        return key.bucket() == BlobKey.Bucket.CACHE;
    }

    @Test
    void aPutThatFailsGivesItsRoomBackHoweverOftenItIsTried() {
        LayoutStore store = replica(QUOTA);
        fails = MemoryQuotaTest::isPayload;
        byte[] payload = noise(1, (int) QUOTA / 2);
        for (int n = 0; n < 10; n++) {
            StoreFault failed = assertThrows(StoreFault.class, () -> TestArtefacts.put(store, payload));
            assertEquals(ErrorCode.STORE_UNAVAILABLE, failed.code());
            assertThrows(StoreFault.class, () -> store.stage(key(payload), received(payload)));
        }
        fails = key -> false;
        assertTrue(TestArtefacts.put(store, payload).created());
        store.upkeep().settleQuotas();
        assertEquals(stored(), believed());
    }

    @Test
    void aPutThatFailsBehindItsPayloadHasUsedItsRoom() {
        LayoutStore store = replica(QUOTA);
        fails = MemoryQuotaTest::isPayload;
        behind = true;
        byte[] payload = noise(1, SIZE);
        assertThrows(StoreFault.class, () -> TestArtefacts.put(store, payload));
        assertTrue(stored() > 0);
        fails = key -> false;
        assertTrue(TestArtefacts.put(store, payload).created());
        store.upkeep().settleQuotas();
        assertEquals(stored(), believed());
    }

    @Test
    void aTenantWithoutAQuotaCostsNoRequestMoreThanWithNoQuotasAtAll() {
        byte[] payload = noise(1, SIZE);
        LayoutStore none = new LayoutStore(
                new MemoryBlobStore(clock) {
                    @Override
                    protected void step() {
                        steps.incrementAndGet();
                    }
                },
                TestArtefacts.CODEC,
                TestArtefacts.VERIFIER,
                LayoutSettings.DEFAULT,
                clock,
                Events.NONE);
        int without = requests(none, FREE, payload);
        assertEquals(without, requests(replica(QUOTA), FREE, payload));
    }

    @Test
    void smallPutsTakeTheirRoomTogether() {
        LayoutStore store = replica(QUOTA * 400); // a share is some four payloads
        int withoutQuota = requests(store, FREE, noise(0, SIZE));
        assertTrue(requests(store, ACME, noise(0, SIZE)) > withoutQuota);
        assertEquals(withoutQuota, requests(store, ACME, noise(1, SIZE)));
        assertEquals(withoutQuota, requests(store, ACME, noise(2, SIZE)));
    }

    private int requests(LayoutStore store, Tenant tenant, byte[] payload) {
        ArtefactKey key = key(tenant, payload);
        int before = steps.get();
        store.commit(key, received(payload), TestArtefacts.filled(key, null), ArtefactStore.Index.NONE);
        return steps.get() - before;
    }
}
