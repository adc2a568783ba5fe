package io.surfacefs.store.layout;

import io.surfacefs.codec.SignedForm;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.Tenant;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Scan manifests: one object each, and index entries for them and for all that they list. Thread-safe. */
final class Scans {
    /** So many index entries are made durable together. */
    private static final int BATCH = 500;

    private static final int PAGE = 100;

    private final BlobStore blobs;
    private final Manifests manifests;

    Scans(BlobStore blobs, Manifests manifests) {
        this.blobs = blobs;
        this.manifests = manifests;
    }

    ArtefactStore.Committed<ScanManifest> put(ScanManifest manifest) {
        List<BlobStore.Put> entries = entries(manifest);
        for (int from = 0; from < entries.size(); from += BATCH) {
            blobs.putAllIfAbsent(entries.subList(from, Math.min(entries.size(), from + BATCH)));
        }
        List<BlobStore.Put> puts = Manifests.puts(manifest);
        BlobStore.PutResult result = blobs.putAllIfAbsent(puts);
        if (result.done() == puts.size()) {
            if (result.lastCreated()) {
                manifests.requireEnvelope(manifest);
            }
            boolean known = manifest.signatures() == null && !result.lastCreated();
            return new ArtefactStore.Committed<>(known ? manifests.signed(manifest) : manifest, result.lastCreated());
        }
        // Another envelope is there already: who signed first counts. Other bytes under its digest are damaged ones.
        BlobStore.PutResult alone = blobs.putAllIfAbsent(List.of(Manifests.put(manifest)));
        boolean created = alone.lastCreated() || (alone.done() == 0 && manifests.replaceDamaged(manifest));
        if (created) {
            manifests.requireEnvelope(manifest);
        }
        ScanManifest stored = manifests.signed(manifest.withSignatures(null));
        byte[] envelope = SignedForm.envelope(manifest);
        if (envelope != null && SignedForm.isProblem(stored.signatures())) {
            blobs.replace(Manifests.signature(manifest.key()), null, new BlobSource.Bytes(envelope));
            stored = manifest;
        }
        return new ArtefactStore.Committed<>(stored, created);
    }

    static List<BlobStore.Put> entries(ScanManifest manifest) {
        Set<Digest> images = manifest.imageDigest() == null ? Set.of() : Set.of(manifest.imageDigest());
        ArtefactStore.Index index = new ArtefactStore.Index(images, Set.of(manifest.scanId()));
        List<BlobStore.Put> entries = new ArrayList<>();
        for (ArtefactKey listed : manifest.artefacts()) {
            entries.addAll(IndexNames.puts(listed, index));
        }
        entries.addAll(IndexNames.puts(manifest.key(), index));
        return entries;
    }

    @Nullable ScanManifest current(Tenant tenant, ScanId scan) {
        String folder = IndexNames.scan(tenant, scan) + Kind.SURFACE_MANIFEST + "/";
        ScanManifest current = null;
        String after = "";
        while (true) {
            BlobStore.Names page = blobs.list(BlobKey.Bucket.MANIFEST, folder, after, false, PAGE);
            for (String name : page.names()) {
                after = name;
                String hex = name.substring(folder.length());
                if (!Digest.isValid("sha256:" + hex)) {
                    continue;
                }
                ArtefactKey key = new ArtefactKey(tenant, Kind.SURFACE_MANIFEST, new Digest(hex));
                if (manifests.read(key) instanceof ScanManifest found && (current == null || isLater(found, current))) {
                    current = found;
                }
            }
            if (!page.more()) {
                return current == null ? null : manifests.signed(current);
            }
        }
    }

    private static boolean isLater(ScanManifest a, ScanManifest b) {
        int order = a.generatedAt().compareTo(b.generatedAt());
        return order > 0 || (order == 0 && a.digest().compareTo(b.digest()) > 0);
    }
}
