package io.surfacefs.store.layout;

import io.surfacefs.codec.CanonicalJson;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The greatest version of a kit that came in for a tenant, {@code system/kit/{tenant}.json}. Thread-safe. */
final class KitVersions {
    private static final int MAX_BYTES = 1024;
    private static final int ATTEMPTS = 100;

    private final BlobStore blobs;

    KitVersions(BlobStore blobs) {
        this.blobs = blobs;
    }

    OptionalLong of(Tenant tenant) {
        BlobStore.Content content = blobs.read(name(tenant), MAX_BYTES);
        return content == null ? OptionalLong.empty() : OptionalLong.of(parse(tenant, content.bytes()));
    }

    /** Keeps the greater one. {@return which that is} */
    long raise(Tenant tenant, long version) {
        byte[] json = CanonicalJson.write(new TreeMap<>(Map.of("kitVersion", version)));
        for (int i = 0; i < ATTEMPTS; i++) {
            BlobStore.Content content = blobs.read(name(tenant), MAX_BYTES);
            if (content == null) {
                if (blobs.putAllIfAbsent(List.of(new BlobStore.Put(name(tenant), new BlobSource.Bytes(json))))
                                .done()
                        == 1) {
                    return version;
                }
            } else {
                long last = parse(tenant, content.bytes());
                if (last >= version
                        || blobs.replace(name(tenant), content.head().tag(), new BlobSource.Bytes(json))) {
                    return Math.max(last, version);
                }
            }
        }
        throw new SurfaceException(ErrorCode.OVERLOADED, "others write the kit's version all the time", "try again");
    }

    private static BlobKey name(Tenant tenant) {
        return BlobKey.manifest("system/kit/" + tenant + ".json");
    }

    private static long parse(Tenant tenant, byte[] json) {
        try {
            if (CanonicalJson.parseObject(json, MAX_BYTES).get("kitVersion") instanceof Long version) {
                return version;
            }
        } catch (SurfaceException e) {
            throw unreadable(tenant);
        }
        throw unreadable(tenant);
    }

    private static SurfaceException unreadable(Tenant tenant) {
        return new SurfaceException(
                ErrorCode.STORE_UNAVAILABLE,
                "the store's " + name(tenant).name() + " can't be read",
                "remove it: then any kit counts as newer");
    }
}
