package io.surfacefs.kit;

import io.surfacefs.client.ManifestDocument;
import io.surfacefs.client.SurfaceClient;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Puts sound copies in the place of damaged artefacts, from a kit or from another site. What a copy says of itself is
 * not believed: the service verifies its bytes against the digest in the key, as of any put. For one thread.
 */
public final class Repair {
    /** The most artefacts that one run repairs: their keys are held in memory, some 20 MB. */
    public static final int MAX = 100_000;

    /** One that could not be repaired, and why. */
    public record Left(ArtefactKey key, String why) {}

    /**
     * What came of it.
     *
     * @param repaired artefacts that are whole again
     * @param left those that are not, in the order in which they were asked for
     * @param warnings what should be known besides
     */
    public record Result(long repaired, List<Left> left, List<String> warnings) {
        public Result {
            left = List.copyOf(left);
            warnings = List.copyOf(warnings);
        }
    }

    /** Puts one sound copy. */
    @FunctionalInterface
    private interface Copy {
        void put() throws IOException;
    }

    private final SurfaceClient damaged;
    private final LongConsumer progress;
    private final Set<ArtefactKey> wanted;
    private final List<Left> left = new ArrayList<>();
    private long repaired;

    private Repair(Set<ArtefactKey> wanted, SurfaceClient damaged, LongConsumer progress) {
        if (wanted.size() > MAX) {
            throw new IllegalArgumentException("more than " + MAX);
        }
        this.wanted = new LinkedHashSet<>(wanted);
        this.damaged = damaged;
        this.progress = progress;
    }

    /**
     * Repairs from a kit, which is read once.
     *
     * @param wanted up to {@link #MAX} keys
     * @param damaged where they are damaged
     * @param progress told how many artefacts were tried
     * @throws KitException when the kit's index is broken, or a signature is required and none counts: nothing was
     *     changed
     * @throws SurfaceException when the store failed; what was repaired is
     */
    public static Result fromKit(
            Kit kit, KitTrust trust, Set<ArtefactKey> wanted, SurfaceClient damaged, LongConsumer progress)
            throws IOException {
        Tally tally = new Tally();
        KitSignature.check(kit, trust, tally);
        Repair repair = new Repair(wanted, damaged, progress);
        EntryFiles files = new EntryFiles(kit.source());
        try (Kit.Entries entries = kit.entries(tally::problem)) {
            for (KitEntry entry = entries.next(); entry != null; entry = entries.next()) {
                KitEntry one = entry;
                if (repair.wanted.remove(one.key())) {
                    repair.attempt(one.key(), () -> repair.copy(files, one));
                }
            }
        }
        repair.wanted.forEach(key -> repair.left.add(new Left(key, "the kit has none")));
        return repair.result(tally.report(0, 0).warnings());
    }

    /**
     * Repairs from another site.
     *
     * @param site asked for each artefact
     * @param wanted up to {@link #MAX} keys
     * @param damaged where they are damaged
     * @param progress told how many artefacts were tried
     * @throws SurfaceException when store or site failed; what was repaired is
     */
    public static Result fromSite(
            SurfaceClient site, Set<ArtefactKey> wanted, SurfaceClient damaged, LongConsumer progress)
            throws IOException {
        Repair repair = new Repair(wanted, damaged, progress);
        for (Iterator<ArtefactKey> keys = repair.wanted.iterator(); keys.hasNext(); ) {
            ArtefactKey key = keys.next();
            repair.attempt(key, () -> repair.copy(site, key));
        }
        return repair.result(List.of());
    }

    private Result result(List<String> warnings) {
        return new Result(repaired, left, warnings);
    }

    private void attempt(ArtefactKey key, Copy copy) throws IOException {
        try {
            copy.put();
            repaired++;
        } catch (KitException e) {
            left.add(new Left(key, String.valueOf(e.getMessage())));
        } catch (SurfaceException e) {
            if (isOutage(e.code())) {
                throw e;
            }
            left.add(new Left(key, e.getMessage() + " (" + e.code() + ")"));
        }
        progress.accept(repaired + left.size());
    }

    private static boolean isOutage(ErrorCode code) {
        return switch (code) {
            case STORE_UNAVAILABLE, STORE_TIMEOUT, DISK_FULL, UNAUTHENTICATED, OVERLOADED -> true;
            default -> false;
        };
    }

    private void copy(EntryFiles files, KitEntry entry) throws IOException {
        Manifest manifest = files.manifest(entry);
        SurfaceClient.CopiedArtefact copied = new SurfaceClient.CopiedArtefact(
                entry.key(),
                manifest.canonical(),
                entry.images(),
                entry.scans(),
                manifest instanceof ScanManifest scan ? scan.signatures() : null);
        if (!(manifest instanceof ArtefactManifest)) {
            damaged.copy(copied, null);
            return;
        }
        try (EntryFiles.Stored stored = files.payload(entry)) {
            try {
                damaged.copy(copied, new SurfaceClient.Content(stored, stored.size()));
            } catch (IOException | RuntimeException e) {
                KitException failed = stored.failed();
                if (failed != null) {
                    throw failed; // whatever was made of it on the way
                }
                throw e;
            }
        }
    }

    private void copy(SurfaceClient site, ArtefactKey key) throws IOException {
        ManifestDocument manifest = site.manifest(key);
        if (!manifest.key().equals(key)) {
            throw new SurfaceException(ErrorCode.INVALID_MANIFEST, "the site answered with another's manifest");
        }
        // Where else it is found stands in the index, which nothing has happened to.
        SurfaceClient.CopiedArtefact copied =
                new SurfaceClient.CopiedArtefact(key, manifest.json(), List.of(), List.of(), manifest.signatures());
        if (key.isScanManifest()) {
            damaged.copy(copied, null);
            return;
        }
        try (SurfaceClient.Payload stored = site.stored(key)) {
            damaged.copy(copied, new SurfaceClient.Content(stored.stream(), stored.size()));
        }
    }
}
