package io.surfacefs.spool;

import io.surfacefs.codec.CanonicalJson;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.model.Timestamp;
import io.surfacefs.store.ArtefactStore;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an entry says of itself, besides manifest and payload.
 *
 * @param payload facts of the payload that lies with it, or null where none does
 * @param outside whether the payload is a file of its own
 * @param weak whether something of that key was known here before, which is then shown first
 * @param index under what an artefact is to be found; of a scan manifest its own image and scan
 * @param expiresAt of an artefact's manifest
 * @param generatedAt of a scan manifest
 * @param at when it was put
 * @param signatures of a scan manifest, or null
 */
record Head(
        Op op,
        SpoolKey key,
        @Nullable StoredPayload payload,
        boolean outside,
        boolean weak,
        ArtefactStore.Index index,
        @Nullable Timestamp expiresAt,
        @Nullable Timestamp generatedAt,
        Instant at,
        @Nullable String signatures) {
    /** The longest form, bytes; an index of 100,000 names fits. */
    static final int MAX_BYTES = 8 << 20;

    /** Which put it was. */
    enum Op {
        COMMIT,
        STAGE,
        SCAN,
        CACHE
    }

    byte[] bytes() {
        SortedMap<String, @Nullable Object> tree = new TreeMap<>();
        tree.put("op", op.name().toLowerCase(Locale.ROOT));
        tree.put("cache", key.cache());
        tree.put("tenant", key.tenant().value());
        tree.put("name", key.name());
        tree.put("digest", key.digest().hex());
        tree.put("weak", weak);
        tree.put("outside", outside);
        tree.put("images", index.images().stream().map(Digest::hex).sorted().toList());
        tree.put("scans", index.scans().stream().map(ScanId::value).sorted().toList());
        tree.put("at", at.toEpochMilli());
        if (expiresAt != null) {
            tree.put("expiresAt", expiresAt.text());
        }
        if (generatedAt != null) {
            tree.put("generatedAt", generatedAt.text());
        }
        if (signatures != null) {
            tree.put("signatures", signatures);
        }
        if (payload != null) {
            SortedMap<String, @Nullable Object> facts = new TreeMap<>();
            facts.put("contentType", payload.contentType().toString());
            facts.put("rawSize", payload.rawSize());
            facts.put("storedSize", payload.storedSize());
            facts.put("sha256", payload.storedDigest().hex());
            facts.put("seekable", payload.seekable());
            tree.put("payload", facts);
        }
        return CanonicalJson.write(tree);
    }

    /** @throws SurfaceException {@code CORRUPT_OBJECT} when the bytes are none */
    static Head read(byte[] json) {
        try {
            SortedMap<String, @Nullable Object> tree = CanonicalJson.parseObject(json, MAX_BYTES);
            return new Head(
                    Op.valueOf(text(tree, "op").toUpperCase(Locale.ROOT)),
                    new SpoolKey(
                            flag(tree, "cache"),
                            new Tenant(text(tree, "tenant")),
                            text(tree, "name"),
                            new Digest(text(tree, "digest"))),
                    tree.get("payload") == null ? null : facts(tree.get("payload")),
                    flag(tree, "outside"),
                    flag(tree, "weak"),
                    new ArtefactStore.Index(
                            texts(tree, "images").stream().map(Digest::new).collect(Collectors.toSet()),
                            texts(tree, "scans").stream().map(ScanId::new).collect(Collectors.toSet())),
                    time(tree, "expiresAt"),
                    time(tree, "generatedAt"),
                    Instant.ofEpochMilli(number(tree, "at")),
                    tree.get("signatures") == null ? null : text(tree, "signatures"));
        } catch (SurfaceException | IllegalArgumentException | ClassCastException e) {
            throw new SurfaceException(ErrorCode.CORRUPT_OBJECT, "an entry's head can't be read: " + e.getMessage());
        }
    }

    private static StoredPayload facts(@Nullable Object value) {
        @SuppressWarnings("unchecked") // the reader makes no other maps; anything else is a ClassCastException
        SortedMap<String, @Nullable Object> tree = (SortedMap<String, @Nullable Object>) value;
        if (tree == null) {
            throw new IllegalArgumentException("no facts");
        }
        return new StoredPayload(
                new MediaType(text(tree, "contentType")),
                number(tree, "rawSize"),
                number(tree, "storedSize"),
                new Digest(text(tree, "sha256")),
                flag(tree, "seekable"));
    }

    private static String text(SortedMap<String, @Nullable Object> tree, String name) {
        if (tree.get(name) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException(name);
    }

    private static boolean flag(SortedMap<String, @Nullable Object> tree, String name) {
        return Boolean.TRUE.equals(tree.get(name));
    }

    private static long number(SortedMap<String, @Nullable Object> tree, String name) {
        if (tree.get(name) instanceof Long number) {
            return number;
        }
        throw new IllegalArgumentException(name);
    }

    private static @Nullable Timestamp time(SortedMap<String, @Nullable Object> tree, String name) {
        return tree.get(name) == null ? null : new Timestamp(text(tree, name));
    }

    private static List<String> texts(SortedMap<String, @Nullable Object> tree, String name) {
        if (tree.get(name) instanceof List<?> list) {
            return list.stream().map(String.class::cast).toList();
        }
        throw new IllegalArgumentException(name);
    }
}
