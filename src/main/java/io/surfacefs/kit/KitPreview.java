package io.surfacefs.kit;

import io.surfacefs.client.SurfaceClient;
import io.surfacefs.codec.SignedForm;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.signing.ManifestVerifier;
import io.surfacefs.signing.TrustedKeys;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Says what an import would make of a kit, and changes nothing: every manifest and every payload that is not there yet
 * is verified, and who signed the manifests is looked at as the store would. Memory is bounded as an import's is.
 */
public final class KitPreview {
    /** What would become of an entry. */
    public enum Outcome {
        /** It would come in. */
        IMPORT,
        /** It is there already. */
        KNOWN,
        /** It would be put aside. */
        ASIDE
    }

    /**
     * What is foreseen of an entry.
     *
     * @param problem why it would be put aside; null where it wouldn't
     * @param untrusted why no signature of its manifest counts, of one that is not put aside for it; else null
     */
    public record Foreseen(
            Outcome outcome,
            KitEntry entry,
            @Nullable KitProblem problem,
            @Nullable String untrusted) {}

    /** Told of each entry, in the order of the kit. */
    @FunctionalInterface
    public interface Told {
        void of(Foreseen foreseen) throws IOException;
    }

    private final Kit kit;
    private final SurfaceClient client;
    private final KitImport.Options options;
    private final Told told;
    private final EntryFiles files;
    private final Tally tally = new Tally();
    private final Done done;
    private final @Nullable ManifestVerifier verifier;
    private final AtomicLong unvouched = new AtomicLong();

    private KitPreview(Kit kit, SurfaceClient client, KitImport.Options options, Told told, LongConsumer progress) {
        this.kit = kit;
        this.client = client;
        this.options = options;
        this.told = told;
        this.files = new EntryFiles(kit.source());
        this.done = new Done(progress);
        TrustedKeys keys = options.trust().keys();
        this.verifier = keys == null ? null : new ManifestVerifier(keys);
    }

    /**
     * Looks at all of a kit.
     *
     * @param options as of the import; nothing is put aside
     * @param progress told how many entries are done
     * @return what the import would report; in its problems is what would be put aside
     * @throws KitException when nothing would be imported, as {@link KitImport#run}
     * @throws SurfaceException when the store or the service failed
     */
    public static KitReport run(
            Kit kit, SurfaceClient client, KitImport.Options options, Told told, LongConsumer progress)
            throws IOException {
        return new KitPreview(kit, client, options, told, progress).run();
    }

    private KitReport run() throws IOException {
        KitSignature.check(kit, options.trust(), tally);
        try (Inventory inventory = Inventory.of(kit)) {
            KitAge.check(kit, inventory, client, options.force(), tally);
            lookAtAll();
            inventory.strangers(kit, tally::problem);
            if (unvouched.get() > 0) {
                tally.warn("the service alone knows whether it wants manifests signed (surface.signing.verify): "
                        + unvouched + " to import have no signature" + (verifier == null ? "" : " that counts here"));
            }
            return tally.report(inventory.version(), inventory.entries());
        }
    }

    private void lookAtAll() throws IOException {
        try (Workers workers = new Workers(options.parallel());
                Kit.Entries entries = kit.entries(tally::problem)) {
            Batches batches = new Batches(entries);
            for (List<KitEntry> batch = batches.next(); !batch.isEmpty(); batch = batches.next()) {
                for (Foreseen one : look(workers, batch)) {
                    told.of(one);
                }
            }
        }
    }

    /** What is foreseen of entries of one tenant, in their order. */
    private List<Foreseen> look(Workers workers, List<KitEntry> batch) throws IOException {
        Tenant tenant = batch.getFirst().key().tenant();
        Set<ArtefactKey> missing;
        try {
            List<ArtefactKey> keys = batch.stream().map(KitEntry::key).toList();
            missing = new HashSet<>(options.retry().ask(() -> client.missing(tenant, keys)));
        } catch (SurfaceException e) {
            KitException refused = KitImport.refusal(e);
            return batch.stream().map(entry -> aside(entry, refused)).toList();
        }
        Foreseen[] seen = new Foreseen[batch.size()];
        for (int i = 0; i < seen.length; i++) {
            int place = i;
            KitEntry entry = batch.get(i);
            workers.submit(KitImport.places(entry, options.parallel()), () -> {
                try {
                    seen[place] = look(entry, missing.contains(entry.key()));
                } catch (KitException e) {
                    seen[place] = aside(entry, e);
                }
                done.another();
            });
        }
        workers.await();
        return Arrays.asList(seen);
    }

    private Foreseen aside(KitEntry entry, KitException why) {
        KitProblem problem = KitProblem.of(entry, why);
        tally.problem(problem);
        return new Foreseen(Outcome.ASIDE, entry, problem, null);
    }

    private Foreseen look(KitEntry entry, boolean missing) throws IOException {
        Manifest manifest = files.manifest(entry);
        byte[] here = missing ? null : here(entry);
        if (here == null && manifest instanceof ArtefactManifest artefact) {
            files.verifyPayload(entry, artefact);
        }
        String untrusted = untrusted(manifest);
        tally.good(entry);
        if (here == null) {
            return new Foreseen(Outcome.IMPORT, entry, null, untrusted);
        }
        tally.known();
        if (!Arrays.equals(here, manifest.canonical())) {
            tally.differing();
        }
        return new Foreseen(Outcome.KNOWN, entry, null, untrusted);
    }

    /** The manifest that is there, as it is given; null where it went since it was asked for. */
    private byte @Nullable [] here(KitEntry entry) throws IOException {
        try {
            return options.retry().ask(() -> client.manifest(entry.key())).json();
        } catch (SurfaceException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                return null;
            }
            throw KitImport.refusal(e);
        }
    }

    /**
     * Why no signature of a manifest counts that the store would take all the same; null where one does.
     *
     * @throws KitException {@code SIGNATURE} where the store wouldn't
     */
    private @Nullable String untrusted(Manifest manifest) throws KitException {
        try {
            SurfaceClient.Foreseen seen = client.foresee(manifest);
            if (seen == null) {
                return untrustedHere(manifest);
            }
            if (seen.refused()) {
                throw new KitException(KitFault.SIGNATURE, "the manifest is not to be trusted: " + seen.why());
            }
            return seen.why();
        } catch (SurfaceException e) {
            throw KitImport.refusal(e);
        }
    }

    /** Of a service far away only the keys are known that count here, if any. */
    private @Nullable String untrustedHere(Manifest manifest) {
        boolean vouched;
        String why = null;
        if (verifier == null) {
            vouched = SignedForm.parts(manifest).envelope() != null;
        } else {
            why = verifier.verdict(manifest).why();
            vouched = why == null;
        }
        if (!vouched) {
            unvouched.incrementAndGet();
        }
        return why;
    }
}
