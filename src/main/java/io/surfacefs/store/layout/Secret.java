package io.surfacefs.store.layout;

import io.surfacefs.codec.CanonicalJson;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.StoreFault;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the replicas that serve a store share, {@code system/keys/pages.json}: {@code {"key":"43 of base64url"}}. */
final class Secret {
    static final BlobKey NAME = BlobKey.manifest("system/keys/pages.json");
    private static final int BYTES = 32;
    private static final int MAX_BYTES = 1024;

    private Secret() {}

    /**
     * The 32 bytes, made where there are none yet; null where they would have to be made and may not be.
     *
     * @throws SurfaceException when the store can't be asked, or what is there is something else
     */
    static byte @Nullable [] of(BlobStore blobs) {
        BlobStore.Content content = blobs.read(NAME, MAX_BYTES);
        if (content == null) {
            byte[] fresh = new byte[BYTES];
            new SecureRandom().nextBytes(fresh);
            String key = Base64.getUrlEncoder().withoutPadding().encodeToString(fresh);
            byte[] json = CanonicalJson.write(new TreeMap<>(Map.of("key", key)));
            try {
                blobs.putAllIfAbsent(List.of(new BlobStore.Put(NAME, new BlobSource.Bytes(json))));
            } catch (StoreFault e) {
                if (e.reason() == StoreFault.Reason.FORBIDDEN) {
                    return null;
                }
                throw e;
            }
            content = Objects.requireNonNull(blobs.read(NAME, MAX_BYTES), "just written");
        }
        return parse(content.bytes());
    }

    private static byte[] parse(byte[] json) {
        try {
            if (CanonicalJson.parseObject(json, MAX_BYTES).get("key") instanceof String key) {
                byte[] secret = Base64.getUrlDecoder().decode(key);
                if (secret.length == BYTES) {
                    return secret;
                }
            }
        } catch (SurfaceException | IllegalArgumentException e) {
            throw unreadable();
        }
        throw unreadable();
    }

    private static SurfaceException unreadable() {
        return new SurfaceException(
                ErrorCode.STORE_UNAVAILABLE,
                "the store's " + NAME.name() + " can't be read",
                "remove it: the next listing makes a new one, and page tokens begin anew");
    }
}
