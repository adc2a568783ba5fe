package io.surfacefs.spool;

import io.surfacefs.codec.CanonicalJson;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Timestamp;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.DiskFaults;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts into the spool: a place in the order, room, one file or two on the disk, and only then the acknowledgement.
 * Thread-safe.
 */
final class Intake {
    private static final byte[] NO_MANIFEST = new byte[0];

    private final Pending pending;
    private final SpoolFolder folder;
    private final Clock clock;

    Intake(Pending pending, SpoolFolder folder, Clock clock) {
        this.pending = pending;
        this.folder = folder;
        this.clock = clock;
    }

    /**
     * Something to be put, once its place is known.
     *
     * @param known whether the key was known here before
     */
    record Content(
            Head.Op op,
            ArtefactStore.@Nullable Received payload,
            @Nullable Manifest manifest,
            ArtefactStore.Index index,
            boolean known) {
        static Content of(Head.Op op, ArtefactStore.Received payload) {
            return new Content(op, payload, null, ArtefactStore.Index.NONE, false);
        }

        static Content of(ScanManifest manifest, boolean known) {
            Set<Digest> images = manifest.imageDigest() == null ? Set.of() : Set.of(manifest.imageDigest());
            return new Content(
                    Head.Op.SCAN, null, manifest, new ArtefactStore.Index(images, Set.of(manifest.scanId())), known);
        }
    }

    /**
     * Puts something.
     *
     * @param content asked once the put has its place, so that what it looks at is not older than that
     * @return whether nothing of that key was put or known before
     * @throws SurfaceException {@code OVERLOADED}, {@code DISK_FULL}, {@code STORE_UNAVAILABLE}, or what the content
     *     throws: then nothing has been kept
     * @throws IOException when the content's payload went away meanwhile
     */
    boolean put(SpoolKey key, boolean manifest, Supplier<Content> content) throws IOException {
        Entry entry = pending.begin(key, manifest);
        boolean written = false;
        boolean settled = false;
        try {
            Content what = content.get();
            Head head = head(entry, what);
            byte[] bytes =
                    what.manifest() == null ? NO_MANIFEST : what.manifest().canonical();
            BlobSource source = what.payload() == null ? null : what.payload().content();
            pending.reserve(entry, cost(head, bytes, source));
            written = true;
            entry.written(head, folder.files().write(entry.sequence, head, bytes, source));
            entry.sound = true;
            boolean first = pending.settle(entry);
            settled = true;
            return first && !what.known();
        } finally {
            if (!settled) {
                abort(entry, written);
            }
        }
    }

    private Head head(Entry entry, Content what) {
        StoredPayload facts = what.payload() == null ? null : what.payload().facts();
        Timestamp expiresAt = what.manifest() instanceof ArtefactManifest artefact ? artefact.expiresAt() : null;
        Timestamp generatedAt = what.manifest() instanceof ScanManifest scan ? scan.generatedAt() : null;
        return new Head(
                what.op(),
                entry.key,
                facts,
                what.payload() != null && what.payload().content() instanceof BlobSource.LocalFile,
                what.known() || entry.follows,
                what.index(),
                expiresAt,
                generatedAt,
                clock.instant(),
                signatures(what.manifest()));
    }

    private static @Nullable String signatures(@Nullable Manifest manifest) {
        return manifest instanceof ScanManifest scan && scan.signatures() != null
                ? new String(scan.signatures(), StandardCharsets.UTF_8)
                : null;
    }

    private static long cost(Head head, byte[] manifest, @Nullable BlobSource source) {
        long front = CanonicalJson.MAX_DEPTH + (long) head.bytes().length + manifest.length;
        if (source == null) {
            return SpoolNames.cost(front);
        }
        return head.outside() ? SpoolNames.cost(front, source.size()) : SpoolNames.cost(front + source.size());
    }

    /** What was not acknowledged must not be delivered, as far as that can still be helped. */
    private void abort(Entry entry, boolean written) {
        try {
            if (written) {
                folder.files().remove(entry.sequence);
            }
        } catch (IOException e) {
            throw DiskFaults.of("remove an entry of the spool", Objects.requireNonNull(e));
        } finally {
            pending.remove(entry);
        }
    }
}
