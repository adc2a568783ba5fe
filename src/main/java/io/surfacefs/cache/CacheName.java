package io.surfacefs.cache;

import io.surfacefs.codec.Hashes;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.CacheKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.Tenant;
import java.nio.charset.StandardCharsets;

/**
 * Names one object of the local cache.
 *
 * @param kind the artefact's kind, or the cache entry's namespace
 * @param id what else tells it from others of its group, tenant and kind; at most 200 characters, none of them a slash
 */
public record CacheName(Group group, Tenant tenant, String kind, String id) {
    /** What sort of object it is. The letter stands in files: never change one. */
    public enum Group {
        PAYLOAD('p'),
        MANIFEST('m'),
        SCAN('s'),
        ENTRY('e');

        private final char letter;

        Group(char letter) {
            this.letter = letter;
        }

        char letter() {
            return letter;
        }

        /** Whether an object of this group, once written, never has other bytes under the same name. */
        boolean immutable() {
            return this == PAYLOAD;
        }
    }

    /**
     * A payload in one stored form: the manifest tells which, so bytes that were replaced in the store are never taken
     * for those that the manifest means.
     */
    public static CacheName payload(ArtefactKey key, Digest stored) {
        return new CacheName(
                Group.PAYLOAD, key.tenant(), key.kind().value(), key.digest().hex() + "." + stored.hex());
    }

    /** The manifest of an artefact, or a scan manifest by its digest. */
    public static CacheName manifest(ArtefactKey key) {
        return new CacheName(
                Group.MANIFEST, key.tenant(), key.kind().value(), key.digest().hex());
    }

    /** The current manifest of a scan. */
    public static CacheName scan(Tenant tenant, ScanId scan) {
        return new CacheName(Group.SCAN, tenant, Kind.SURFACE_MANIFEST.value(), scan.value());
    }

    /** The value of a cache entry. */
    public static CacheName entry(CacheKey key) {
        return new CacheName(
                Group.ENTRY, key.tenant(), key.namespace().value(), key.inputs().hex());
    }

    /** All of it, in one line; no two names have the same. */
    String text() {
        return group.letter() + "/" + tenant.value() + "/" + kind + "/" + id;
    }

    NameHash hash() {
        byte[] sha256 = Hashes.sha256().digest(text().getBytes(StandardCharsets.UTF_8));
        return NameHash.of(sha256);
    }

    @Override
    public String toString() {
        return text();
    }
}
