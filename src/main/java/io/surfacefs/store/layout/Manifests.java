package io.surfacefs.store.layout;

import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.codec.SignedForm;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Manifest objects. Thread-safe. */
final class Manifests {
    private final BlobStore blobs;
    private final ManifestCodec codec;

    Manifests(BlobStore blobs, ManifestCodec codec) {
        this.blobs = blobs;
        this.codec = codec;
    }

    static BlobKey name(ArtefactKey key) {
        return BlobKey.manifest(ObjectNames.manifest(key));
    }

    static BlobStore.Put put(Manifest manifest) {
        return new BlobStore.Put(name(manifest.key()), new BlobSource.Bytes(manifest.canonical()));
    }

    boolean exists(ArtefactKey key) {
        return blobs.head(name(key)) != null;
    }

    @Nullable Manifest read(ArtefactKey key) {
        BlobStore.Content content = blobs.read(name(key), maxBytes());
        return content == null ? null : parse(key, content);
    }

    /** As {@link #read}, and of a scan manifest also who signed it, which stands beside it. */
    @Nullable Manifest readSigned(ArtefactKey key) {
        Manifest found = read(key);
        return found == null ? null : signed(found);
    }

    /** The manifest with who signed it; an artefact's says so itself. */
    <M extends Manifest> M signed(M manifest) {
        if (!(manifest instanceof ScanManifest scan)) {
            return manifest;
        }
        BlobStore.Content beside = blobs.read(signature(scan.key()), maxBytes());
        @SuppressWarnings("unchecked") // the same type
        M signed =
                beside == null ? manifest : (M) scan.withSignatures(SignedForm.signaturesAsFound(beside.bytes(), scan));
        return signed;
    }

    /**
     * Deletes a scan manifest, and the envelope beside it.
     *
     * @return whether the manifest was there
     */
    boolean deleteScan(ArtefactKey key) {
        boolean deleted = blobs.delete(name(key), null);
        deleteEnvelope(key);
        return deleted;
    }

    /**
     * Deletes the envelope of a scan manifest that is not there any more. A put that meanwhile found it, and so didn't
     * write it, keeps it: one of the two sees the other, since each looks behind its own last step
     * ({@link #requireEnvelope}).
     *
     * @return whether it went
     */
    boolean deleteEnvelope(ArtefactKey key) {
        BlobStore.Content envelope = blobs.read(signature(key), maxBytes());
        if (envelope == null || !blobs.delete(signature(key), envelope.head().tag())) {
            return false;
        }
        if (!exists(key)) {
            return true;
        }
        blobs.putAllIfAbsent(List.of(new BlobStore.Put(signature(key), new BlobSource.Bytes(envelope.bytes()))));
        return false;
    }

    /** Behind a put of a scan manifest: its envelope is there, also where a delete took the one that was found. */
    void requireEnvelope(ScanManifest manifest) {
        if (manifest.signatures() != null && blobs.head(signature(manifest.key())) == null) {
            blobs.putAllIfAbsent(puts(manifest).subList(0, 1));
        }
    }

    static BlobKey signature(ArtefactKey key) {
        return BlobKey.manifest(ObjectNames.signature(key));
    }

    /** What is put for a scan manifest: the envelope first, so that a signed one is never seen without it. */
    static List<BlobStore.Put> puts(ScanManifest manifest) {
        byte[] envelope = SignedForm.envelope(manifest);
        return envelope == null
                ? List.of(put(manifest))
                : List.of(new BlobStore.Put(signature(manifest.key()), new BlobSource.Bytes(envelope)), put(manifest));
    }

    /** A manifest and what is known of its object. */
    record Tagged(Manifest manifest, BlobStore.Head head) {}

    @Nullable Tagged readTagged(ArtefactKey key) {
        BlobStore.Content content = blobs.read(name(key), maxBytes());
        return content == null ? null : new Tagged(parse(key, content), content.head());
    }

    @Nullable ArtefactManifest readArtefact(ArtefactKey key) {
        return (ArtefactManifest) read(key);
    }

    /** As {@link #read}, but null also where what lies there is damaged. */
    @Nullable Manifest readSound(ArtefactKey key) {
        try {
            return read(key);
        } catch (SurfaceException e) {
            if (e.code() == ErrorCode.CORRUPT_OBJECT) {
                return null;
            }
            throw e;
        }
    }

    /** Puts a manifest in the place of a damaged one; false when what lies there is sound, or changed meanwhile. */
    boolean replaceDamaged(Manifest manifest) {
        ArtefactKey key = manifest.key();
        BlobStore.Content content = blobs.read(name(key), maxBytes());
        return content != null
                && readSound(key) == null
                && blobs.replace(name(key), content.head().tag(), new BlobSource.Bytes(manifest.canonical()));
    }

    private Manifest parse(ArtefactKey key, BlobStore.Content content) {
        return key.isScanManifest() ? codec.readScan(content.bytes(), key) : codec.readArtefact(content.bytes(), key);
    }

    /** Twice what a client may send, since the service fills members in. */
    private int maxBytes() {
        return Math.toIntExact(Math.min(Integer.MAX_VALUE, 2 * codec.maxBytes()));
    }

    /**
     * Changes a stored manifest, against whoever changes it too.
     *
     * @param change gives the same manifest when nothing is to be changed; may be called more than once
     * @return the manifest that is stored then, or null when there is none
     */
    @Nullable ArtefactManifest change(ArtefactKey key, UnaryOperator<ArtefactManifest> change) {
        while (true) {
            BlobStore.Content content = blobs.read(name(key), maxBytes());
            if (content == null) {
                return null;
            }
            ArtefactManifest stored = codec.readArtefact(content.bytes(), key);
            ArtefactManifest wanted = change.apply(stored);
            if (wanted.equals(stored)
                    || blobs.replace(name(key), content.head().tag(), new BlobSource.Bytes(wanted.canonical()))) {
                return wanted;
            }
        }
    }

    ManifestCodec codec() {
        return codec;
    }
}
