package io.surfacefs.store.layout;

import io.surfacefs.codec.SignedForm;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.StoreUpkeep;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The operator's work on a whole store. Walks names page by page; one of each runs at a time. */
final class Maintenance implements StoreUpkeep {
    private static final int PAGE = 1_000;
    private static final Duration SHORTEST_LEASE = Duration.ofMinutes(1);

    private final BlobStore blobs;
    private final Manifests manifests;
    private final Payloads payloads;
    private final Markers markers;
    private final Quotas quotas;
    private final KitVersions kits;
    private final LayoutSettings settings;
    private final Clock clock;
    private final Sweep sweep;
    private final Retention retention;
    private final @Nullable Lease lease;

    Maintenance(
            BlobStore blobs,
            Manifests manifests,
            Payloads payloads,
            Markers markers,
            Quotas quotas,
            LayoutSettings settings,
            Clock clock) {
        this.blobs = blobs;
        this.manifests = manifests;
        this.payloads = payloads;
        this.markers = markers;
        this.quotas = quotas;
        this.kits = new KitVersions(blobs);
        this.settings = settings;
        this.clock = clock;
        this.sweep = new Sweep(blobs, manifests, markers, quotas, settings, clock);
        this.retention = new Retention(blobs, manifests, markers, settings, clock);
        this.lease = settings.remote() ? new Lease(blobs, lease(settings), System::nanoTime) : null;
    }

    /** A step is a few requests, each of which ends within the timeout. */
    private static Duration lease(LayoutSettings settings) {
        Duration steps = settings.timeout().multipliedBy(8);
        return steps.compareTo(SHORTEST_LEASE) > 0 ? steps : SHORTEST_LEASE;
    }

    @Override
    public int sweep() {
        blobs.requireDeletes();
        return sweep(false);
    }

    /** Sweeps, or gives 0 where another replica does. */
    private int sweep(boolean patient) {
        if (lease == null) {
            return sweep.run(() -> {});
        }
        try (Lease.Held held = lease.take(patient)) {
            return held == null ? 0 : sweep.run(held::keep);
        }
    }

    @Override
    public void settleQuotas() {
        quotas.settle();
    }

    @Override
    public void countQuotas() {
        List<Tenant> due = quotas.due(clock.instant());
        if (due.isEmpty()) {
            return;
        }
        if (lease == null) {
            due.forEach(tenant -> quotas.count(blobs, tenant, clock.instant(), () -> {}));
            return;
        }
        try (Lease.Held held = lease.take(false)) {
            if (held != null) {
                due.forEach(tenant -> quotas.count(blobs, tenant, clock.instant(), held::keep));
            }
        }
    }

    @Override
    public int expire(Map<Kind, Duration> lifetimes, LongConsumer progress) {
        blobs.requireDeletes();
        if (lease == null) {
            return expire(lifetimes, progress, () -> {});
        }
        try (Lease.Held held = lease.take(false)) {
            return held == null ? 0 : expire(lifetimes, progress, held::keep);
        }
    }

    private int expire(Map<Kind, Duration> lifetimes, LongConsumer progress, Runnable keep) {
        int[] dropped = {0};
        eachManifest(
                null,
                progress,
                (key, manifest) -> {
                    keep.run();
                    dropped[0] += retention.drop(key, manifest, lifetimes, keep) ? 1 : 0;
                },
                problem -> {});
        return dropped[0];
    }

    @Override
    public GcResult gc(boolean dryRun, LongConsumer progress) {
        if (!dryRun) {
            blobs.requireDeletes();
        }
        long[] marked = {0};
        walk(BlobKey.Bucket.CACHE, "tenants/", progress, name -> {
            ObjectNames.Pointer pointer = ObjectNames.parseName(name);
            if (pointer == null || !pointer.payload()) {
                return;
            }
            ArtefactKey key = pointer.key();
            if (isOld(Payloads.name(key)) && !manifests.exists(key) && markers.read(key) == null) {
                marked[0]++;
                if (!dryRun) {
                    markers.markDeleted(key);
                }
            }
        });
        long[] alone = {0};
        walk(BlobKey.Bucket.MANIFEST, "manifests/", progress, name -> {
            ArtefactKey key = ObjectNames.signedBy(name);
            if (key == null || !isOld(Manifests.signature(key)) || manifests.exists(key)) {
                return;
            }
            marked[0]++;
            if (!dryRun && manifests.deleteEnvelope(key)) {
                alone[0]++;
            }
        });
        return new GcResult(marked[0], dryRun ? 0 : alone[0] + sweep(true));
    }

    private boolean isOld(BlobKey name) {
        BlobStore.Head head = blobs.head(name);
        return head != null
                && Duration.between(head.modified(), clock.instant()).compareTo(settings.grace()) >= 0;
    }

    @Override
    public ReindexResult reindex(LongConsumer progress) {
        blobs.requireDeletes();
        long[] counts = new long[3];
        eachManifest(
                null,
                progress,
                (key, manifest) -> {
                    counts[0]++;
                    List<BlobStore.Put> entries = entries(manifest).stream()
                            .filter(put -> blobs.head(put.key()) == null)
                            .toList();
                    if (!entries.isEmpty()) {
                        blobs.putAllIfAbsent(entries);
                        counts[1] += entries.size();
                    }
                },
                problem -> {});
        walk(BlobKey.Bucket.MANIFEST, "index/", progress, name -> {
            if (dangles(name) && isOld(BlobKey.manifest(name)) && dangles(name)) {
                counts[2] += blobs.delete(BlobKey.manifest(name), null) ? 1 : 0;
            }
        });
        return new ReindexResult(counts[0], counts[1], counts[2]);
    }

    private static List<BlobStore.Put> entries(Manifest manifest) {
        return switch (manifest) {
            case ScanManifest scan -> Scans.entries(scan);
            case ArtefactManifest artefact -> {
                Digest image = artefact.source().imageDigest();
                ScanId scan = artefact.source().scanId();
                yield IndexNames.puts(
                        artefact.key(),
                        new ArtefactStore.Index(
                                image == null ? Set.of() : Set.of(image), scan == null ? Set.of() : Set.of(scan)));
            }
        };
    }

    /** Whether an index entry's artefact has no manifest. Names that are no entries stay. */
    private boolean dangles(String name) {
        String[] parts = name.split("/", -1);
        if (parts.length != 6) {
            return false;
        }
        try {
            return !manifests.exists(new ArtefactKey(new Tenant(parts[1]), new Kind(parts[4]), new Digest(parts[5])));
        } catch (SurfaceException e) {
            return false;
        }
    }

    @Override
    public OptionalLong kitVersion(Tenant tenant) {
        return kits.of(tenant);
    }

    @Override
    public long kitImported(Tenant tenant, long version) {
        return kits.raise(tenant, version);
    }

    @Override
    public List<Tenant> tenants(String after, int limit) {
        SortedSet<String> folders = new TreeSet<>();
        for (String root : List.of("tenants/", "manifests/")) {
            blobs.list(BlobKey.Bucket.MANIFEST, root, after.isEmpty() ? "" : root + after + "/", true, limit)
                    .names()
                    .forEach(name -> folders.add(name.substring(root.length())));
        }
        return folders.stream()
                .map(Maintenance::tenant)
                .filter(Objects::nonNull)
                .limit(limit)
                .toList();
    }

    /** Null for what is no tenant's folder. */
    private static @Nullable Tenant tenant(String folder) {
        try {
            return folder.endsWith("/") ? new Tenant(folder.substring(0, folder.length() - 1)) : null;
        } catch (SurfaceException e) {
            return null; // somebody else's
        }
    }

    @Override
    public Map<String, Usage> usage(@Nullable Tenant only, LongConsumer progress) {
        Map<String, Usage> usage = new TreeMap<>();
        eachManifest(
                only,
                progress,
                (key, manifest) -> usage.put(
                        key.tenant().value(),
                        plus(usage.getOrDefault(key.tenant().value(), Usage.NONE), manifest)),
                problem -> {});
        return usage;
    }

    @Override
    public long fsck(@Nullable Tenant only, LongConsumer progress, Consumer<Problem> problems) {
        long[] count = {0};
        eachManifest(
                only,
                progress,
                (key, manifest) -> {
                    count[0]++;
                    if (manifest instanceof ScanManifest scan) {
                        checkSignature(scan, problems);
                    } else if (manifest instanceof ArtefactManifest artefact) {
                        StoredCheck.check(payloads, artefact, problems);
                    }
                },
                problem -> {
                    count[0]++;
                    problems.accept(problem);
                });
        return count[0];
    }

    /** Whether what stands beside a scan manifest is an envelope of it; by whom it is, only the service knows. */
    private void checkSignature(ScanManifest manifest, Consumer<Problem> problems) {
        try {
            SignedForm.parts(manifests.signed(manifest));
        } catch (SurfaceException e) {
            if (e.code() != ErrorCode.SIGNATURE_INVALID) {
                throw e;
            }
            problems.accept(new Problem(ObjectNames.signature(manifest.key()), e.code() + ": " + e.getMessage()));
        }
    }

    private interface ManifestVisitor {
        void visit(ArtefactKey key, Manifest manifest);
    }

    private void eachManifest(
            @Nullable Tenant only, LongConsumer progress, ManifestVisitor visitor, Consumer<Problem> unreadable) {
        for (String folder : List.of("tenants/", "manifests/")) {
            String prefix = only == null ? folder : folder + only + "/";
            walk(BlobKey.Bucket.MANIFEST, prefix, progress, name -> {
                ObjectNames.Pointer pointer = ObjectNames.parseName(name);
                if (pointer == null || pointer.payload()) {
                    return;
                }
                Manifest manifest;
                try {
                    manifest = manifests.read(pointer.key());
                } catch (SurfaceException e) {
                    if (e.code() == ErrorCode.STORE_UNAVAILABLE || e.code() == ErrorCode.STORE_TIMEOUT) {
                        throw e;
                    }
                    unreadable.accept(new Problem(name, e.code() + ": " + e.getMessage()));
                    return;
                }
                if (manifest != null) {
                    visitor.visit(pointer.key(), manifest);
                }
            });
        }
    }

    private void walk(BlobKey.Bucket bucket, String prefix, LongConsumer progress, Consumer<String> visitor) {
        String after = "";
        long seen = 0;
        while (true) {
            BlobStore.Names page = blobs.list(bucket, prefix, after, false, PAGE);
            for (String name : new ArrayList<>(page.names())) {
                visitor.accept(name);
                after = name;
                progress.accept(++seen);
            }
            if (!page.more()) {
                return;
            }
        }
    }

    private static Usage plus(Usage usage, Manifest manifest) {
        return manifest instanceof ArtefactManifest artefact
                ? new Usage(
                        usage.artefacts() + 1,
                        usage.scanManifests(),
                        usage.storedBytes() + artefact.payload().storedSize(),
                        usage.rawBytes() + artefact.payload().rawSize())
                : new Usage(usage.artefacts(), usage.scanManifests() + 1, usage.storedBytes(), usage.rawBytes());
    }
}
