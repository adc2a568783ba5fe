package io.surfacefs.kit;

import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.signing.ManifestVerifier;
import io.surfacefs.signing.TrustedKeys;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Verifies a kit without a store: every manifest and the signatures that it has, every payload by decoding it, and that
 * nothing else is in it.
 */
public final class KitVerify {
    private final EntryFiles files;
    private final KitTrust trust;
    private final @Nullable ManifestVerifier verifier;
    private final Tally tally = new Tally();
    private final AtomicLong unsigned = new AtomicLong();

    private KitVerify(Kit kit, KitTrust trust) {
        this.files = new EntryFiles(kit.source());
        this.trust = trust;
        TrustedKeys keys = trust.keys();
        this.verifier = keys == null ? null : new ManifestVerifier(keys);
    }

    /**
     * Reads all of a kit.
     *
     * @param trust whose signatures count, of the index and of manifests. A manifest that nobody signed is as it should
     *     be: the index speaks for it
     * @param parallel entries that are read at a time
     * @param progress told how many entries are done
     * @return what is not as it should be is in its problems
     * @throws KitException when the index is broken, or a signature is required and none counts
     */
    public static KitReport run(Kit kit, KitTrust trust, int parallel, LongConsumer progress) throws IOException {
        return new KitVerify(kit, trust).run(kit, parallel, new Done(progress));
    }

    private KitReport run(Kit kit, int parallel, Done done) throws IOException {
        KitSignature.check(kit, trust, tally);
        try (Inventory inventory = Inventory.of(kit)) {
            verifyAll(kit, parallel, done);
            inventory.strangers(kit, tally::problem);
            if (unsigned.get() > 0) {
                tally.warn(unsigned + " manifests are not signed: a store that wants signatures puts them aside");
            }
            return tally.report(inventory.version(), inventory.entries());
        }
    }

    private void verifyAll(Kit kit, int parallel, Done done) throws IOException {
        try (Workers workers = new Workers(parallel);
                Kit.Entries entries = kit.entries(tally::problem)) {
            for (KitEntry entry = entries.next(); entry != null; entry = entries.next()) {
                KitEntry one = entry;
                workers.submit(() -> {
                    verify(one);
                    done.another();
                });
            }
            workers.await();
        }
    }

    private void verify(KitEntry entry) throws IOException {
        try {
            Manifest manifest = files.manifest(entry);
            if (manifest instanceof ArtefactManifest artefact) {
                files.verifyPayload(entry, artefact);
            }
            verifySignature(entry, manifest);
            tally.good(entry);
        } catch (KitException e) {
            tally.problem(KitProblem.of(entry, e));
        }
    }

    private void verifySignature(KitEntry entry, Manifest manifest) throws KitException {
        if (verifier == null) {
            return;
        }
        ManifestVerifier.Verdict verdict;
        try {
            verdict = verifier.verdict(manifest);
        } catch (SurfaceException e) {
            throw new KitException(KitFault.REFUSED, String.valueOf(e.getMessage()), e.hint(), e);
        }
        String why = verdict.why();
        if (verdict.unsigned()) {
            unsigned.incrementAndGet();
        } else if (why != null && trust.policy() == KitTrust.Policy.REQUIRE) {
            throw new KitException(KitFault.SIGNATURE, "the manifest is not to be trusted: " + why);
        } else if (why != null) {
            tally.untrusted(entry, why);
        }
    }
}
