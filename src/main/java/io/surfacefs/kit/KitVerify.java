package io.surfacefs.kit;

import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.Manifest;
import java.io.IOException;
import java.util.function.LongConsumer;

/** Verifies a kit without a store: every manifest, every payload by decoding it, and that nothing else is in it. */
public final class KitVerify {
    private KitVerify() {}

    /**
     * Reads all of a kit.
     *
     * @param parallel entries that are read at a time
     * @param progress told how many entries are done
     * @return what is not as it should be is in its problems
     * @throws KitException when the index is broken, or a signature is required and none counts
     */
    public static KitReport run(Kit kit, KitTrust trust, int parallel, LongConsumer progress) throws IOException {
        Tally tally = new Tally();
        KitSignature.check(kit, trust, tally);
        try (Inventory inventory = Inventory.of(kit)) {
            verify(kit, inventory, tally, parallel, new Done(progress));
            return tally.report(inventory.version(), inventory.entries());
        }
    }

    private static void verify(Kit kit, Inventory inventory, Tally tally, int parallel, Done done) throws IOException {
        EntryFiles files = new EntryFiles(kit.source());
        try (Workers workers = new Workers(parallel);
                Kit.Entries entries = kit.entries(tally::problem)) {
            for (KitEntry entry = entries.next(); entry != null; entry = entries.next()) {
                KitEntry one = entry;
                workers.submit(() -> {
                    verify(files, one, tally);
                    done.another();
                });
            }
            workers.await();
        }
        inventory.strangers(kit, tally::problem);
    }

    private static void verify(EntryFiles files, KitEntry entry, Tally tally) throws IOException {
        try {
            Manifest manifest = files.manifest(entry);
            if (manifest instanceof ArtefactManifest artefact) {
                files.verifyPayload(entry, artefact);
            }
            tally.good(entry);
        } catch (KitException e) {
            tally.problem(new KitProblem(entry.manifestPath(), e.fault(), String.valueOf(e.getMessage())));
        }
    }
}
