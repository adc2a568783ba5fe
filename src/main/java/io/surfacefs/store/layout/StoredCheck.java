package io.surfacefs.store.layout;

import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.store.StoreUpkeep;
import java.util.function.Consumer;

/** Whether a stored payload is what its manifest says, by decoding all of it. */
final class StoredCheck {
    private StoredCheck() {}

    static void check(Payloads payloads, ArtefactManifest manifest, Consumer<StoreUpkeep.Problem> problems) {
        String name = ObjectNames.payload(manifest.key());
        if (!payloads.exists(manifest.key())) {
            problems.accept(new StoreUpkeep.Problem(name, "the payload is missing"));
            return;
        }
        StoredPayload found =
                payloads.discover(manifest.key(), manifest.payload().contentType());
        if (found == null) {
            problems.accept(new StoreUpkeep.Problem(name, "the payload is damaged"));
        } else if (!found.storedDigest().equals(manifest.payload().storedDigest())
                || found.rawSize() != manifest.payload().rawSize()
                || (manifest.payload().seekable() && !found.seekable())) {
            problems.accept(new StoreUpkeep.Problem(name, "the manifest tells of other stored bytes"));
        }
    }
}
