package io.surfacefs.store.layout;

import io.surfacefs.codec.CanonicalJson;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The number of the layout, {@code format.json}: an older one is read, a newer one refused. */
final class Format {
    static final int CURRENT = 1;
    private static final BlobKey NAME = BlobKey.manifest("format.json");

    private Format() {}

    static void check(BlobStore blobs) {
        BlobStore.Content content = blobs.read(NAME, 1024);
        if (content == null) {
            byte[] bytes = ("{\"format\":" + CURRENT + "}").getBytes(StandardCharsets.UTF_8);
            blobs.putAllIfAbsent(List.of(new BlobStore.Put(NAME, new BlobSource.Bytes(bytes))));
            return;
        }
        Object format;
        try {
            format = CanonicalJson.parseObject(content.bytes(), 1024).get("format");
        } catch (SurfaceException e) {
            format = null;
        }
        if (!(format instanceof Long number) || number < 1) {
            throw new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "the store's format.json can't be read");
        }
        if (number > CURRENT) {
            throw new SurfaceException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "the store has format " + number + ", this version knows formats up to " + CURRENT,
                    "use a newer version of Surface.FS");
        }
    }
}
