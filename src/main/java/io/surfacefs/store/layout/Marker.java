package io.surfacefs.store.layout;

import io.surfacefs.codec.CanonicalJson;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import java.time.Instant;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A drop marker: leave to drop a payload object some time after {@code since}, unless it has a manifest then. The only
 * road on which a payload object ever goes.
 *
 * @param payload what a staged payload is; null otherwise
 */
record Marker(State state, Instant since, @Nullable StoredPayload payload) {
    /** Why the payload may go, or that it is going. */
    enum State {
        /** Put without a manifest. Readable by its key. */
        STAGED,
        /** Its manifest was deleted, or an operator found it without one. */
        DELETED,
        /** The sweep has begun to drop it; nobody else may touch it until it has ended. */
        DROPPING
    }

    /** The most bytes that a marker can have. */
    static final int MAX_BYTES = 4096;

    /** Every marker written differs from every other one, so that its tag does. */
    byte[] bytes() {
        SortedMap<String, @Nullable Object> tree = new TreeMap<>();
        tree.put("state", state.name().toLowerCase(Locale.ROOT));
        tree.put("since", since.toString());
        tree.put("nonce", UUID.randomUUID().toString());
        if (payload != null) {
            SortedMap<String, @Nullable Object> facts = new TreeMap<>();
            facts.put("contentType", payload.contentType().value());
            facts.put("rawSizeBytes", payload.rawSize());
            facts.put("sizeBytes", payload.storedSize());
            facts.put("sha256", payload.storedDigest().toString());
            facts.put("seekable", payload.seekable());
            tree.put("payload", facts);
        }
        return CanonicalJson.write(tree);
    }

    /** @throws SurfaceException {@code CORRUPT_OBJECT} when this is no marker */
    static Marker parse(byte[] bytes) {
        try {
            SortedMap<String, @Nullable Object> tree = CanonicalJson.parseObject(bytes, MAX_BYTES);
            State state = State.valueOf(text(tree.get("state")).toUpperCase(Locale.ROOT));
            return new Marker(state, Instant.parse(text(tree.get("since"))), payload(tree.get("payload")));
        } catch (RuntimeException e) {
            throw new SurfaceException(ErrorCode.CORRUPT_OBJECT, "a drop marker can't be read", null, e);
        }
    }

    private static @Nullable StoredPayload payload(@Nullable Object value) {
        if (!(value instanceof SortedMap<?, ?> facts)) {
            return null;
        }
        return new StoredPayload(
                new MediaType(text(facts.get("contentType"))),
                number(facts.get("rawSizeBytes")),
                number(facts.get("sizeBytes")),
                Digest.parse(text(facts.get("sha256"))),
                Boolean.TRUE.equals(facts.get("seekable")));
    }

    private static String text(@Nullable Object value) {
        return value instanceof String text ? text : "";
    }

    private static long number(@Nullable Object value) {
        return value instanceof Long number ? number : -1;
    }
}
