package io.surfacefs.kit;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import org.jspecify.annotations.Nullable;

/** The names of the files of a kit, relative to the folder that contains {@code offline/}. */
final class KitPaths {
    /** Below this lies everything. */
    static final String ROOT = "offline/surface/";

    static final String MANIFESTS = ROOT + "manifests/tenants/";
    static final String INDEX = ROOT + "manifest-index.json";
    static final String SIGNATURE = ROOT + "manifest-index.json.dsse";

    private static final String PAYLOADS = ROOT + "payloads/tenants/";
    private static final String SIGNATURE_END = ".json.dsse";
    private static final String MANIFEST_END = ".json";
    private static final String PAYLOAD_END = ".json.zst";

    private KitPaths() {}

    static String manifest(ArtefactKey key) {
        return MANIFESTS + name(key) + MANIFEST_END;
    }

    static String payload(ArtefactKey key) {
        return PAYLOADS + name(key) + PAYLOAD_END;
    }

    /** Of a scan manifest's envelope. */
    static String signature(ArtefactKey key) {
        return MANIFESTS + name(key) + SIGNATURE_END;
    }

    private static String name(ArtefactKey key) {
        return key.tenant() + "/" + key.kind() + "/" + key.digest().hex();
    }

    /** What a file of a kit is. */
    enum Part {
        INDEX,
        SIGNATURE,
        MANIFEST,
        MANIFEST_SIGNATURE,
        PAYLOAD
    }

    /** The part that lies under a path, or null when nothing of a kit does. */
    static @Nullable Part part(String path) {
        if (path.equals(INDEX)) {
            return Part.INDEX;
        }
        if (path.equals(SIGNATURE)) {
            return Part.SIGNATURE;
        }
        if (key(path, MANIFESTS, MANIFEST_END) != null) {
            return Part.MANIFEST;
        }
        ArtefactKey signed = key(path, MANIFESTS, SIGNATURE_END);
        if (signed != null) {
            return signed.isScanManifest() ? Part.MANIFEST_SIGNATURE : null;
        }
        return key(path, PAYLOADS, PAYLOAD_END) != null ? Part.PAYLOAD : null;
    }

    /** The key whose manifest lies under a path, or null. */
    static @Nullable ArtefactKey manifestKey(String path) {
        return key(path, MANIFESTS, MANIFEST_END);
    }

    private static @Nullable ArtefactKey key(String path, String begin, String end) {
        if (!path.startsWith(begin) || !path.endsWith(end)) {
            return null;
        }
        String[] parts =
                path.substring(begin.length(), path.length() - end.length()).split("/", -1);
        if (parts.length != 3) {
            return null;
        }
        try {
            return new ArtefactKey(new Tenant(parts[0]), new Kind(parts[1]), new Digest(parts[2]));
        } catch (SurfaceException e) {
            return null;
        }
    }
}
