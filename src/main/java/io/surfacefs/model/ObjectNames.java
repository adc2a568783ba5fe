package io.surfacefs.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The names of objects in a store: pure functions of the key, the same for a folder and for S3, relative to the bucket
 * and its prefix. And the way back, from a {@code cas://} pointer to the key in it.
 */
public final class ObjectNames {
    /** The logical name of the bucket that holds payloads and cache entries. */
    public static final String CACHE_BUCKET = "surface-cache";

    /** The logical name of the bucket that holds manifests, index and system objects. */
    public static final String MANIFEST_BUCKET = "surface-manifests";

    private static final String SIGNATURE = ".dsse";
    private static final String LABEL = "([a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?)";
    private static final String HEX = "([0-9a-f]{64})";
    private static final Pattern PAYLOAD = Pattern.compile(
            "tenants/" + LABEL + "/" + LABEL + "/sha256/([0-9a-f]{2})/([0-9a-f]{2})/" + HEX + "/payload\\.json\\.zst");
    private static final Pattern MANIFEST =
            Pattern.compile("tenants/" + LABEL + "/" + LABEL + "/([0-9a-f]{2})/" + HEX + "\\.json");
    private static final Pattern SCAN_MANIFEST =
            Pattern.compile("manifests/" + LABEL + "/([0-9a-f]{2})/([0-9a-f]{2})/" + HEX + "\\.json");

    private ObjectNames() {}

    /** {@code tenants/{tenant}/{kind}/sha256/{hh}/{tt}/{64 hex}/payload.json.zst}, in the cache bucket. */
    public static String payload(ArtefactKey key) {
        String hex = key.digest().hex();
        return "tenants/" + key.tenant() + "/" + key.kind() + "/sha256/" + hex.substring(0, 2) + "/"
                + hex.substring(2, 4) + "/" + hex + "/payload.json.zst";
    }

    /**
     * {@code tenants/{tenant}/{kind}/{hh}/{64 hex}.json}, for a scan manifest {@code manifests/{tenant}/{hh}/{tt}/{64
     * hex}.json}; in the manifest bucket.
     */
    public static String manifest(ArtefactKey key) {
        String hex = key.digest().hex();
        if (key.isScanManifest()) {
            return "manifests/" + key.tenant() + "/" + hex.substring(0, 2) + "/" + hex.substring(2, 4) + "/" + hex
                    + ".json";
        }
        return "tenants/" + key.tenant() + "/" + key.kind() + "/" + hex.substring(0, 2) + "/" + hex + ".json";
    }

    /** The name of the envelope that stands beside a scan manifest: its own name and {@code .dsse}. */
    public static String signature(ArtefactKey key) {
        return manifest(key) + SIGNATURE;
    }

    /** The scan manifest beside which an object of that name stands, or null when it is no such envelope. */
    public static @Nullable ArtefactKey signedBy(String name) {
        Pointer pointer =
                name.endsWith(SIGNATURE) ? parseName(name.substring(0, name.length() - SIGNATURE.length())) : null;
        return pointer != null && pointer.key().isScanManifest() ? pointer.key() : null;
    }

    /** {@code cache/{namespace}/{tenant}/{hh}/{64 hex}.zst}, in the cache bucket. */
    public static String cacheEntry(CacheKey key) {
        String hex = key.inputs().hex();
        return "cache/" + key.namespace() + "/" + key.tenant() + "/" + hex.substring(0, 2) + "/" + hex + ".zst";
    }

    /** The pointer to a payload. */
    public static String payloadUri(ArtefactKey key) {
        return "cas://" + CACHE_BUCKET + "/" + payload(key);
    }

    /** The pointer to a manifest. */
    public static String manifestUri(ArtefactKey key) {
        return "cas://" + MANIFEST_BUCKET + "/" + manifest(key);
    }

    /**
     * Resolves a pointer by the key in it, whatever bucket or prefix stand before that, since pointers travel between
     * sites.
     *
     * @throws SurfaceException {@code INVALID_ARGUMENT} when it holds no payload, manifest or scan manifest key
     */
    public static Pointer parsePointer(String uri) {
        if (uri.startsWith("cas://") && uri.length() <= 2048) {
            String path = uri.substring("cas://".length());
            for (int at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
                Pointer pointer = parseName(path.substring(at + 1));
                if (pointer != null) {
                    return pointer;
                }
            }
        }
        throw new SurfaceException(
                ErrorCode.INVALID_ARGUMENT,
                "not a pointer to a payload or manifest: '" + Names.shown(uri) + "'",
                "cas://bucket/ and an object key of this service");
    }

    /** The key that an object's name stands for, or null when it is no payload, manifest or scan manifest. */
    public static @Nullable Pointer parseName(String name) {
        Matcher m = PAYLOAD.matcher(name);
        if (m.matches() && m.group(5).startsWith(m.group(3) + m.group(4))) {
            return new Pointer(key(m.group(1), m.group(2), m.group(5)), true);
        }
        m = MANIFEST.matcher(name);
        if (m.matches() && m.group(4).startsWith(m.group(3))) {
            return new Pointer(key(m.group(1), m.group(2), m.group(4)), false);
        }
        m = SCAN_MANIFEST.matcher(name);
        if (m.matches() && m.group(4).startsWith(m.group(2) + m.group(3))) {
            return new Pointer(key(m.group(1), Kind.SURFACE_MANIFEST.value(), m.group(4)), false);
        }
        return null;
    }

    private static ArtefactKey key(String tenant, String kind, String hex) {
        return new ArtefactKey(new Tenant(tenant), new Kind(kind), new Digest(hex));
    }

    /**
     * What a pointer points to.
     *
     * @param key the artefact
     * @param payload whether its payload is meant, else its manifest
     */
    public record Pointer(ArtefactKey key, boolean payload) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Pointer that && payload == that.payload && key.equals(that.key);
        }

        @Override
        public int hashCode() {
            return 31 * key.hashCode() + Boolean.hashCode(payload);
        }
    }
}
