package io.surfacefs.kit;

import io.surfacefs.codec.CanonicalJson;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ScanId;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A line of a kit's index: an artefact or a scan manifest that it carries.
 *
 * @param manifestDigest SHA-256 of the manifest file
 * @param manifestBytes its length
 * @param payloadDigest SHA-256 of the payload file, which holds the stored zstd bytes; null for a scan manifest
 * @param payloadBytes its length; 0 for a scan manifest
 * @param images under which it is found, sorted
 * @param scans under which it is found, sorted
 * @param signatureDigest SHA-256 of the envelope that lies beside a scan manifest; null for none, and for an artefact
 * @param signatureBytes its length, 0 for none
 */
public record KitEntry(
        ArtefactKey key,
        Digest manifestDigest,
        long manifestBytes,
        @Nullable Digest payloadDigest,
        long payloadBytes,
        List<Digest> images,
        List<ScanId> scans,
        @Nullable Digest signatureDigest,
        long signatureBytes) {
    /** An entry without an envelope beside its manifest. */
    public KitEntry(
            ArtefactKey key,
            Digest manifestDigest,
            long manifestBytes,
            @Nullable Digest payloadDigest,
            long payloadBytes,
            List<Digest> images,
            List<ScanId> scans) {
        this(key, manifestDigest, manifestBytes, payloadDigest, payloadBytes, images, scans, null, 0);
    }

    public KitEntry {
        images = List.copyOf(images);
        scans = List.copyOf(scans);
    }

    /** Where its manifest lies; the order of a kit's index. */
    public String manifestPath() {
        return KitPaths.manifest(key);
    }

    /** Where its payload lies, or null for a scan manifest. */
    public @Nullable String payloadPath() {
        return payloadDigest == null ? null : KitPaths.payload(key);
    }

    /** The same entry with an envelope beside its manifest. */
    KitEntry signed(byte[] envelope) {
        return new KitEntry(
                key,
                manifestDigest,
                manifestBytes,
                payloadDigest,
                payloadBytes,
                images,
                scans,
                ManifestCodec.digestOf(envelope),
                envelope.length);
    }

    /** Where the envelope of its manifest lies, or null where there is none. */
    public @Nullable String signaturePath() {
        return signatureDigest == null ? null : KitPaths.signature(key);
    }

    /** The bytes of its files. */
    public long bytes() {
        return manifestBytes + payloadBytes + signatureBytes;
    }

    /** In RFC 8785 form. */
    byte[] json() {
        SortedMap<String, @Nullable Object> tree = new TreeMap<>();
        tree.put("tenant", key.tenant().value());
        tree.put("kind", key.kind().value());
        tree.put("digest", key.digest().toString());
        tree.put("manifestPath", manifestPath());
        tree.put("manifestSha256", manifestDigest.toString());
        tree.put("manifestBytes", manifestBytes);
        if (payloadDigest != null) {
            tree.put("payloadPath", KitPaths.payload(key));
            tree.put("payloadSha256", payloadDigest.toString());
            tree.put("payloadBytes", payloadBytes);
        }
        if (signatureDigest != null) {
            tree.put("signaturePath", KitPaths.signature(key));
            tree.put("signatureSha256", signatureDigest.toString());
            tree.put("signatureBytes", signatureBytes);
        }
        tree.put("images", images.stream().map(Digest::toString).toList());
        tree.put("scans", scans.stream().map(ScanId::value).toList());
        return CanonicalJson.write(tree);
    }
}
