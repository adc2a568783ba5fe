package io.surfacefs.kit;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.surfacefs.codec.Hashes;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.codec.SignedForm;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.signing.Envelope;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the files of a kit's entries and checks them against what the index says. Thread-safe. */
final class EntryFiles {
    /** Longer than any manifest that a service takes. */
    private static final int MAX_MANIFEST = 16 << 20;
    /** RFC 9659. */
    private static final int WINDOW_LOG = 23;

    private static final int BUFFER = 128 << 10;

    private static final ManifestCodec CODEC = new ManifestCodec(MAX_MANIFEST);

    private final KitSource source;

    EntryFiles(KitSource source) {
        this.source = source;
    }

    /** The entry that a manifest without an index stands for. */
    static KitEntry ofManifest(KitSource source, ArtefactKey key) throws IOException {
        byte[] json = read(source, KitPaths.manifest(key), MAX_MANIFEST);
        Manifest manifest = parse(json, key);
        StoredPayload payload = manifest instanceof ArtefactManifest artefact ? artefact.payload() : null;
        KitEntry entry = new KitEntry(
                key,
                manifest.digest(),
                json.length,
                payload == null ? null : payload.storedDigest(),
                payload == null ? 0 : payload.storedSize(),
                List.of(),
                List.of());
        String signature = KitPaths.signature(key);
        return key.isScanManifest() && source.has(signature)
                ? entry.signed(read(source, signature, Envelope.maxBytes(json.length)))
                : entry;
    }

    /**
     * The entry's manifest.
     *
     * @throws KitException {@code MISSING}, {@code CHECKSUM} when it is not the one of the index, {@code REFUSED} when
     *     it is another artefact's or speaks of another payload
     */
    Manifest manifest(KitEntry entry) throws IOException {
        byte[] json = read(source, entry.manifestPath(), MAX_MANIFEST);
        if (json.length != entry.manifestBytes()
                || !ManifestCodec.digestOf(json).equals(entry.manifestDigest())) {
            throw new KitException(KitFault.CHECKSUM, "the manifest is not the one that the index names");
        }
        Manifest manifest = parse(json, entry.key());
        if (manifest instanceof ArtefactManifest artefact) {
            StoredPayload payload = artefact.payload();
            if (!payload.storedDigest().equals(entry.payloadDigest()) || payload.storedSize() != entry.payloadBytes()) {
                throw new KitException(KitFault.REFUSED, "the manifest speaks of another payload than the index");
            }
        }
        return manifest instanceof ScanManifest scan ? signed(entry, scan) : manifest;
    }

    /** The scan manifest with what its envelope says. */
    private ScanManifest signed(KitEntry entry, ScanManifest manifest) throws IOException {
        String path = entry.signaturePath();
        if (path == null) {
            return manifest;
        }
        byte[] envelope = read(source, path, Envelope.maxBytes(manifest.canonical().length));
        if (envelope.length != entry.signatureBytes()
                || !ManifestCodec.digestOf(envelope).equals(entry.signatureDigest())) {
            throw new KitException(KitFault.CHECKSUM, "the manifest's signature is not the one that the index names");
        }
        try {
            return manifest.withSignatures(SignedForm.signatures(envelope, manifest));
        } catch (SurfaceException e) {
            throw new KitException(KitFault.SIGNATURE, String.valueOf(e.getMessage()), e.hint(), e);
        }
    }

    private static byte[] read(KitSource source, String path, long most) throws IOException {
        try (KitSource.Opened file = source.file(path)) {
            return file.whole(path, most, null);
        }
    }

    /** A scan manifest as a store gave it. */
    static ScanManifest scan(byte[] json, ArtefactKey key) {
        return CODEC.readScan(json, key);
    }

    private static Manifest parse(byte[] json, ArtefactKey key) throws KitException {
        try {
            return key.isScanManifest() ? CODEC.readScan(json, key) : CODEC.readArtefact(json, key);
        } catch (SurfaceException e) {
            throw new KitException(KitFault.REFUSED, String.valueOf(e.getMessage()), null, e);
        }
    }

    /**
     * Opens the stored bytes of an entry's payload. The read that would complete them fails with {@code CHECKSUM}
     * instead when they are not those that the index names, so that who passes them on never has all.
     */
    Stored payload(KitEntry entry) throws IOException {
        Digest digest = entry.payloadDigest();
        if (digest == null) {
            throw new IllegalArgumentException("a scan manifest has no payload");
        }
        KitSource.Opened file = source.file(KitPaths.payload(entry.key()));
        if (file.size() != entry.payloadBytes()) {
            file.close();
            throw new KitException(
                    KitFault.CHECKSUM,
                    "the payload has " + file.size() + " bytes, the index says " + entry.payloadBytes());
        }
        return new Stored(file, digest);
    }

    /**
     * Reads all of a payload and decodes it.
     *
     * @throws KitException {@code CHECKSUM} when the bytes are not what index and manifest say
     */
    void verifyPayload(KitEntry entry, ArtefactManifest manifest) throws IOException {
        long left = manifest.payload().rawSize();
        MessageDigest hash = Hashes.sha256();
        byte[] buffer = new byte[BUFFER];
        try (Stored stored = payload(entry)) {
            try (ZstdInputStreamNoFinalizer raw = new ZstdInputStreamNoFinalizer(stored)) {
                raw.setLongMax(WINDOW_LOG);
                raw.setContinuous(false);
                for (int n = raw.read(buffer); n >= 0; n = raw.read(buffer)) {
                    left -= n;
                    if (left < 0) {
                        throw new KitException(KitFault.CHECKSUM, "the payload decodes to more than the manifest says");
                    }
                    hash.update(buffer, 0, n);
                }
            } catch (IOException e) {
                KitException failed = stored.failed();
                throw failed != null ? failed : undecodable(e);
            }
        }
        if (left != 0 || !Digest.of(hash.digest()).equals(entry.key().digest())) {
            throw new KitException(KitFault.CHECKSUM, "the payload decodes to other bytes than its digest says");
        }
    }

    private static KitException undecodable(IOException e) {
        return e instanceof KitException told
                ? told
                : new KitException(KitFault.CHECKSUM, "the payload can't be decoded: " + e.getMessage(), null, e);
    }

    /** A payload file that is hashed as it is read, by one thread. */
    static final class Stored extends InputStream {
        private final KitSource.Opened file;
        private final Digest expected;
        private final MessageDigest hash = Hashes.sha256();
        private long left;
        private volatile @Nullable KitException failed;

        Stored(KitSource.Opened file, Digest expected) {
            this.file = file;
            this.expected = expected;
            this.left = file.size();
        }

        /** What reading it failed with, whatever those made of it who read; null where it didn't. */
        @Nullable KitException failed() {
            return failed;
        }

        long size() {
            return file.size();
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0 || left == 0) {
                return length == 0 ? 0 : -1;
            }
            int n = file.stream().read(target, offset, (int) Math.min(length, left));
            if (n < 0) {
                throw fail("the payload ends early");
            }
            hash.update(target, offset, n);
            left -= n;
            if (left == 0 && !Digest.of(hash.digest()).equals(expected)) {
                throw fail("the payload is not the one that the index names");
            }
            return n;
        }

        private KitException fail(String why) {
            KitException failure = new KitException(KitFault.CHECKSUM, why);
            failed = failure;
            return failure;
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
