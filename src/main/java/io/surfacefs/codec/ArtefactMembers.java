package io.surfacefs.codec;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.Source;
import io.surfacefs.model.StoredPayload;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The members of an artefact manifest that are objects of their own, to and from their types. */
final class ArtefactMembers {
    private ArtefactMembers() {}

    /** The member {@code storage}. */
    static SortedMap<String, @Nullable Object> storage(ArtefactKey key, StoredPayload payload) {
        SortedMap<String, @Nullable Object> storage = new TreeMap<>();
        storage.put("bucket", ObjectNames.CACHE_BUCKET);
        storage.put("objectKey", ObjectNames.payload(key));
        storage.put("contentType", payload.contentType().stored());
        storage.put("rawSizeBytes", payload.rawSize());
        storage.put("sizeBytes", payload.storedSize());
        storage.put("sha256", payload.storedDigest().toString());
        if (payload.seekable()) {
            storage.put("seekable", true);
        }
        return storage;
    }

    /** Reads the member {@code storage} of a complete manifest. */
    static StoredPayload payload(Members storage, ArtefactKey key) {
        if (!ObjectNames.CACHE_BUCKET.equals(storage.string("bucket"))) {
            throw storage.wrong("bucket", "not " + ObjectNames.CACHE_BUCKET);
        }
        if (!ObjectNames.payload(key).equals(storage.string("objectKey"))) {
            throw storage.wrong("objectKey", "another payload's");
        }
        return new StoredPayload(
                storage.required("contentType", storage.string("contentType", MediaType::new)),
                storage.required("rawSizeBytes", storage.size("rawSizeBytes")),
                storage.required("sizeBytes", storage.size("sizeBytes")),
                storage.required("sha256", storage.string("sha256", Digest::parse)),
                storage.flag("seekable"));
    }

    /** The member {@code integrity}. */
    static SortedMap<String, @Nullable Object> integrity(ArtefactKey key, @Nullable Object signature) {
        SortedMap<String, @Nullable Object> integrity = new TreeMap<>();
        integrity.put("hash", key.digest().toString());
        integrity.put("signature", signature);
        return integrity;
    }

    /** What the first says, and the second where that says nothing. */
    static Source merge(Source first, Source second) {
        return new Source(
                first.scannerBuild() != null ? first.scannerBuild() : second.scannerBuild(),
                first.imageDigest() != null ? first.imageDigest() : second.imageDigest(),
                first.scanId() != null ? first.scanId() : second.scanId());
    }

    /** The member {@code source}: what the client said, unknown members too, with the known ones put in. */
    static SortedMap<String, @Nullable Object> source(Members client, Source source) {
        SortedMap<String, @Nullable Object> tree = new TreeMap<>(client.tree());
        if (source.scannerBuild() != null) {
            tree.put("scannerBuild", source.scannerBuild());
        }
        if (source.imageDigest() != null) {
            tree.put("imageDigest", source.imageDigest().toString());
        }
        if (source.scanId() != null) {
            tree.put("scanId", source.scanId().value());
        }
        return tree;
    }
}
