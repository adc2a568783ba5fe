package io.surfacefs.codec;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.Source;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.model.Timestamp;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Manifests between their bytes and their types: what a client sent is read and filled, what a store holds is read and
 * checked. Members that are not known here survive everything. May be used from any thread.
 */
public final class ManifestCodec {
    /** What the member {@code schema} of both shapes says. */
    public static final String SCHEMA = "stellaops.surface.manifest@1";

    /** A scan manifest may be that many times as long as an artefact manifest. */
    public static final int SCAN_FACTOR = 3;

    /** What the service's own members may add to a manifest that was as long as is allowed. */
    static final int FILLED_ROOM = 4096;

    private final long maxManifestBytes;

    /**
     * @param maxManifestBytes longest artefact manifest that a client may send; scan manifests {@value #SCAN_FACTOR}
     *     times that
     */
    public ManifestCodec(long maxManifestBytes) {
        this.maxManifestBytes = maxManifestBytes;
    }

    /** Longest body that {@link #parse} takes, in bytes. */
    public long maxBytes() {
        return SCAN_FACTOR * maxManifestBytes;
    }

    /**
     * Reads what a client sent, of either shape. An artefact manifest has a kind; its digest may be left to the
     * service.
     *
     * @throws SurfaceException {@code INVALID_MANIFEST} when it is not lawful JSON, too long, of both shapes or
     *     neither, or a known member has a wrong type or value
     */
    public ClientManifest parse(byte[] utf8) {
        ClientManifest manifest = new ClientManifest(CanonicalJson.parseObject(utf8, maxBytes()));
        if (!manifest.isScan() && utf8.length - signatureLength(manifest.signature()) > maxManifestBytes) {
            throw CanonicalJson.refused("longer than " + maxManifestBytes + " bytes");
        }
        return manifest;
    }

    /** Bytes of a signature, which come on top of what a manifest may have; bounded, since it repeats the manifest. */
    private long signatureLength(@Nullable Object signature) {
        if (!(signature instanceof Map<?, ?> members)) {
            return 0;
        }
        @SuppressWarnings("unchecked") // the reader makes no other maps
        long length = CanonicalJson.write((Map<String, @Nullable Object>) members).length;
        if (length > (maxManifestBytes + FILLED_ROOM) / 3 * 4 + FILLED_ROOM) {
            throw CanonicalJson.refused("integrity.signature is longer than the envelope of any manifest");
        }
        return length;
    }

    /**
     * As the other, and signs nothing.
     *
     * @see #fill(ClientManifest, ArtefactKey, Source, Timestamp, StoredPayload, Instant, Function)
     */
    public ArtefactManifest fill(
            @Nullable ClientManifest client,
            ArtefactKey key,
            Source source,
            @Nullable Timestamp expiresAt,
            StoredPayload payload,
            Instant now) {
        return fill(client, key, source, expiresAt, payload, now, null);
    }

    /**
     * Makes the artefact manifest that is stored: the client's members, and createdAt, storage and integrity by the
     * service.
     *
     * @param client what the client sent, or null where it sent none
     * @param source fills what the client's manifest does not say
     * @param expiresAt counts where the client's manifest has none
     * @param payload the stored payload that it describes
     * @param now becomes createdAt, in whole seconds, where the client gave none or one in the future
     * @param signer makes the envelope of {@link SignedForm what is signed}, where the client's manifest has none; null
     *     for no signature
     * @throws SurfaceException {@code TENANT_MISMATCH} or {@code INVALID_MANIFEST} when the client's manifest disagrees
     *     with the key, is a scan manifest, or becomes too long
     */
    public ArtefactManifest fill(
            @Nullable ClientManifest client,
            ArtefactKey key,
            Source source,
            @Nullable Timestamp expiresAt,
            StoredPayload payload,
            Instant now,
            @Nullable Function<byte[], Map<String, @Nullable Object>> signer) {
        SortedMap<String, @Nullable Object> tree = new TreeMap<>();
        Timestamp created = Timestamp.ofSeconds(now);
        Timestamp expires = expiresAt;
        Object signature = null;
        Source merged = source;
        if (client != null) {
            requireAgreement(client, key);
            tree.putAll(client.members().tree());
            if (client.createdAt() != null && !client.createdAt().instant().isAfter(now)) {
                created = client.createdAt();
            }
            expires = client.expiresAt() != null ? client.expiresAt() : expiresAt;
            signature = client.signature();
            merged = ArtefactMembers.merge(client.source(), source);
        }
        tree.put("schema", SCHEMA);
        tree.put("tenant", key.tenant().value());
        tree.put("kind", key.kind().value());
        tree.put("digest", key.digest().toString());
        tree.put("createdAt", created.text());
        tree.put("source", ArtefactMembers.source(Members.of(tree).object("source"), merged));
        if (signature == null && signer != null) {
            signature = signer.apply(SignedForm.of(tree));
        }
        tree.put("integrity", ArtefactMembers.integrity(key, signature));
        tree.remove("expiresAt");
        return written(
                tree,
                key,
                created,
                expires,
                merged,
                payload,
                maxManifestBytes + FILLED_ROOM + signatureLength(signature));
    }

    /** The same manifest with another expiry. */
    public ArtefactManifest withExpiry(ArtefactManifest manifest, Timestamp expiresAt) {
        return written(
                tree(manifest.canonical()),
                manifest.key(),
                manifest.createdAt(),
                expiresAt,
                manifest.source(),
                manifest.payload(),
                Long.MAX_VALUE);
    }

    /** The same manifest for other stored bytes of its payload. */
    public ArtefactManifest withPayload(ArtefactManifest manifest, StoredPayload payload) {
        return written(
                tree(manifest.canonical()),
                manifest.key(),
                manifest.createdAt(),
                manifest.expiresAt(),
                manifest.source(),
                payload,
                Long.MAX_VALUE);
    }

    /**
     * Reads an artefact manifest from a store.
     *
     * @param canonical the stored bytes; kept, so the caller does not write to them any more
     * @param expected the key under which they lay
     * @throws SurfaceException {@code CORRUPT_OBJECT} when they are not the RFC 8785 form of a complete manifest of
     *     that key
     */
    public ArtefactManifest readArtefact(byte[] canonical, ArtefactKey expected) {
        try {
            SortedMap<String, @Nullable Object> tree = canonicalTree(canonical);
            ClientManifest read = new ClientManifest(tree);
            requireAgreement(read, expected);
            Members members = read.members();
            members.required("schema", members.string("schema"));
            members.required("tenant", read.tenant());
            members.required("digest", read.digest());
            Members integrity = members.object("integrity");
            if (!expected.digest().toString().equals(integrity.string("hash"))) {
                throw integrity.wrong("hash", "not the digest");
            }
            return new ArtefactManifest(
                    canonical,
                    digestOf(canonical),
                    expected,
                    members.required("createdAt", read.createdAt()),
                    read.expiresAt(),
                    read.source(),
                    ArtefactMembers.payload(members.object("storage"), expected));
        } catch (SurfaceException e) {
            throw corrupt(expected, e);
        }
    }

    /**
     * Makes the scan manifest that is stored: schema, tenant, scanId and generatedAt where absent, artefacts sorted by
     * kind, view and digest.
     *
     * @param pathScan the scan under which it came, or null where only the manifest says that
     * @param now becomes generatedAt, in whole seconds, where the client gave none
     * @throws SurfaceException {@code TENANT_MISMATCH} or {@code INVALID_MANIFEST} when it disagrees with the tenant or
     *     scan, is an artefact manifest, has a known member of wrong type or value, or becomes too long
     */
    public FilledScan fillScan(ClientManifest client, Tenant tenant, @Nullable ScanId pathScan, Instant now) {
        requireScan(client, tenant);
        SortedMap<String, @Nullable Object> tree =
                new TreeMap<>(client.members().tree());
        Members members = Members.of(tree);
        ScanId said = members.string("scanId", ScanId::new);
        if (said != null && pathScan != null && !said.equals(pathScan)) {
            throw members.wrong("scanId", "not the scan that was addressed");
        }
        tree.put("schema", SCHEMA);
        tree.put("tenant", tenant.value());
        if (pathScan != null) {
            tree.put("scanId", pathScan.value());
        }
        boolean dated = members.has("generatedAt");
        if (!dated) {
            tree.put("generatedAt", Timestamp.ofSeconds(now).text());
        }
        tree.put("artifacts", ScanMembers.sortedArtefacts(members));
        byte[] canonical = CanonicalJson.write(tree);
        requireLength(canonical, maxBytes() + FILLED_ROOM);
        return new FilledScan(ScanMembers.scan(members, canonical, digestOf(canonical), tenant), dated);
    }

    /**
     * A scan manifest with whether the client itself said when it was made; where it did not, a retry must make nothing
     * new.
     *
     * @param manifest the filled manifest
     * @param generatedAtGiven whether the client gave generatedAt
     */
    public record FilledScan(ScanManifest manifest, boolean generatedAtGiven) {}

    /**
     * Takes a scan manifest that is put under its own digest, so that nothing is filled.
     *
     * @throws SurfaceException {@code DIGEST_MISMATCH} when its RFC 8785 form has another digest;
     *     {@code TENANT_MISMATCH} or {@code INVALID_MANIFEST} when it is of another tenant, incomplete or not sorted
     */
    public ScanManifest exactScan(ClientManifest client, ArtefactKey expected) {
        requireScan(client, expected.tenant());
        byte[] canonical = CanonicalJson.write(client.members().tree());
        requireLength(canonical, maxBytes() + FILLED_ROOM);
        Digest digest = digestOf(canonical);
        if (!digest.equals(expected.digest())) {
            throw new SurfaceException(
                    ErrorCode.DIGEST_MISMATCH,
                    "the scan manifest's digest is " + digest + ", not " + expected.digest(),
                    "the digest is over the RFC 8785 form");
        }
        return ScanMembers.completeScan(client.members(), canonical, digest, expected.tenant());
    }

    /**
     * Reads a scan manifest from a store.
     *
     * @param canonical the stored bytes; kept, so the caller does not write to them any more
     * @param expected the key under which they lay
     * @throws SurfaceException {@code CORRUPT_OBJECT} when they are not the RFC 8785 form of a complete scan manifest
     *     of that key
     */
    public ScanManifest readScan(byte[] canonical, ArtefactKey expected) {
        try {
            Digest digest = digestOf(canonical);
            if (!expected.isScanManifest() || !digest.equals(expected.digest())) {
                throw CanonicalJson.refused("its digest is another one");
            }
            ClientManifest read = new ClientManifest(canonicalTree(canonical));
            requireScan(read, expected.tenant());
            return ScanMembers.completeScan(read.members(), canonical, digest, expected.tenant());
        } catch (SurfaceException e) {
            throw corrupt(expected, e);
        }
    }

    /** Whether two scan manifests say the same, but for when they were made. */
    public boolean equalButGeneratedAt(ScanManifest a, ScanManifest b) {
        SortedMap<String, @Nullable Object> left = tree(a.canonical());
        SortedMap<String, @Nullable Object> right = tree(b.canonical());
        left.remove("generatedAt");
        right.remove("generatedAt");
        return left.equals(right);
    }

    /** The block that report APIs embed, in RFC 8785 form: {@code {"manifest":{…},"manifestDigest","manifestUri"}}. */
    public byte[] surfaceBlock(ScanManifest manifest) {
        return ScanMembers.surfaceBlock(manifest);
    }

    /** SHA-256 of bytes in memory. */
    public static Digest digestOf(byte[] bytes) {
        try {
            return Digest.of(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static ArtefactManifest written(
            SortedMap<String, @Nullable Object> tree,
            ArtefactKey key,
            Timestamp createdAt,
            @Nullable Timestamp expiresAt,
            Source source,
            StoredPayload payload,
            long maxBytes) {
        if (expiresAt != null) {
            tree.put("expiresAt", expiresAt.text());
        }
        tree.put("storage", ArtefactMembers.storage(key, payload));
        byte[] canonical = CanonicalJson.write(tree);
        requireLength(canonical, maxBytes);
        return new ArtefactManifest(canonical, digestOf(canonical), key, createdAt, expiresAt, source, payload);
    }

    private static void requireAgreement(ClientManifest client, ArtefactKey key) {
        requireTenant(client, key.tenant());
        Members members = client.members();
        if (client.isScan()) {
            throw members.wrong("artifacts", "for scan manifests, not for the kind " + key.kind());
        }
        Kind kind = client.kind();
        if (kind != null && !kind.equals(key.kind())) {
            throw members.wrong("kind", "not the one that was addressed");
        }
        if (client.digest() != null && !client.digest().equals(key.digest())) {
            throw members.wrong("digest", "not the payload's");
        }
    }

    private static void requireScan(ClientManifest client, Tenant tenant) {
        requireTenant(client, tenant);
        if (!client.isScan()) {
            throw client.members().wrong("artifacts", "missing");
        }
    }

    private static void requireTenant(ClientManifest client, Tenant tenant) {
        if (client.tenant() != null && !client.tenant().equals(tenant)) {
            throw new SurfaceException(
                    ErrorCode.TENANT_MISMATCH,
                    "the manifest is of tenant '" + client.tenant() + "', the request of '" + tenant + "'");
        }
    }

    private static SortedMap<String, @Nullable Object> canonicalTree(byte[] canonical) {
        SortedMap<String, @Nullable Object> tree = tree(canonical);
        if (!Arrays.equals(CanonicalJson.write(tree), canonical)) {
            throw CanonicalJson.refused("not in RFC 8785 form");
        }
        return tree;
    }

    /** Stored manifests are read whatever the limit says today. */
    private static SortedMap<String, @Nullable Object> tree(byte[] canonical) {
        return CanonicalJson.parseObject(canonical, Long.MAX_VALUE);
    }

    private static void requireLength(byte[] canonical, long maxBytes) {
        if (canonical.length > maxBytes) {
            throw CanonicalJson.refused("longer than " + maxBytes + " bytes in its RFC 8785 form");
        }
    }

    private static SurfaceException corrupt(ArtefactKey key, SurfaceException why) {
        return new SurfaceException(
                ErrorCode.CORRUPT_OBJECT, "the stored manifest of " + key + " is damaged: " + why.getMessage());
    }
}
