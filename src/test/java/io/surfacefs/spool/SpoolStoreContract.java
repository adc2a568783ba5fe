package io.surfacefs.spool;

import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.ArtefactStoreContract;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.StoreUpkeep;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

/** A spool in front of a store is a store. */
abstract class SpoolStoreContract extends ArtefactStoreContract {
    private SpoolRig rig;

    /** Whether puts are delivered at once, in the background. */
    abstract boolean deliversItself();

    @Override
    protected ArtefactStore open() throws Exception {
        rig = new SpoolRig(clock);
        rig.deliversItself = deliversItself();
        ArtefactStore spooled = rig.open();
        return (ArtefactStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ArtefactStore.class}, (proxy, method, arguments) -> {
                    try {
                        return method.invoke(spooled, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    } finally {
                        if (method.getName().equals("stage")) {
                            settle(); // the staged time begins in the store
                        }
                    }
                });
    }

    @AfterEach
    void removeFolder() throws IOException {
        rig.close();
    }

    /** What the store itself is looked at for must have come there. */
    private void settle() {
        if (!deliversItself()) {
            rig.deliver();
        }
        try {
            if (!rig.spool.awaitEmpty(Duration.ofSeconds(60))) {
                throw new AssertionError("not delivered: " + rig.spool.depth());
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    protected StoreUpkeep upkeep() {
        settle();
        return rig.layout.upkeep();
    }

    @Override
    protected void damage(BlobKey name, double at) {
        settle();
        rig.blobs.damage(name, at);
    }
}
