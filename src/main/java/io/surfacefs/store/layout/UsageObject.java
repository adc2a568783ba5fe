package io.surfacefs.store.layout;

import io.surfacefs.codec.CanonicalJson;
import io.surfacefs.model.SurfaceException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a store knows of the bytes that a tenant has, {@code system/usage/{tenant}.json}: never less than what is stored
 * and what may still be stored on the strength of it.
 *
 * @param bytes what is stored, and all that processes took ahead
 * @param counted when a count of it ended last, by the clock of who counted; null for never
 * @param round how many counts were begun
 * @param count the count that is under way, or was given up; null for none
 * @param open by process, what it took ahead and has not stored yet, as far as it has told
 */
record UsageObject(
        long bytes,
        @Nullable Instant counted,
        long round,
        @Nullable Count count,
        SortedMap<String, Open> open) {
    /** The most bytes that such an object can have: room for thousands of processes. */
    static final int MAX_BYTES = 1 << 20;

    static final UsageObject NONE = new UsageObject(0, null, 0, null, new TreeMap<>());

    /** What a process took ahead, and the round in which it last said so. */
    record Open(long bytes, long round) {}

    /** A count: who it is, and what may come to be stored without its seeing it. */
    record Count(String id, long unseen) {}

    /** What changes when a count begins or ends, and by nothing else. */
    record Era(long round, @Nullable String count, @Nullable Instant counted) {}

    /** Between which counts this is: what was freed in an earlier one, a count has missed since. */
    Era era() {
        return new Era(round, count == null ? null : count.id, counted);
    }

    /**
     * A process takes bytes ahead.
     *
     * @param more what it takes
     * @param now what it has open then, with them
     */
    UsageObject taken(String process, long more, long now) {
        Count behind = count == null ? null : new Count(count.id, count.unseen + more);
        return new UsageObject(bytes + more, counted, round, behind, opened(process, now));
    }

    /**
     * A process gives bytes back.
     *
     * @param unused what it took ahead and stored nothing on the strength of
     * @param dropped what was stored, by whomever, and is gone
     * @param now what it has open then
     */
    UsageObject returned(String process, long unused, long dropped, long now) {
        Count behind = count == null ? null : new Count(count.id, Math.max(0, count.unseen - unused));
        return new UsageObject(Math.max(0, bytes - unused - dropped), counted, round, behind, opened(process, now));
    }

    private SortedMap<String, Open> opened(String process, long now) {
        SortedMap<String, Open> opened = new TreeMap<>(open);
        if (now == 0) {
            opened.remove(process);
        } else {
            opened.put(process, new Open(now, round));
        }
        return opened;
    }

    /**
     * A count begins. Processes that have told nothing since the one before it began are dead, and what they took ahead
     * is stored or never will be; one that was given up is begun again and tells nothing of that.
     */
    UsageObject counting(String id) {
        SortedMap<String, Open> living = new TreeMap<>(open);
        if (count == null) {
            living.values().removeIf(one -> one.round < round);
        }
        long unseen = living.values().stream().mapToLong(Open::bytes).sum();
        return new UsageObject(bytes, counted, count == null ? round + 1 : round, new Count(id, unseen), living);
    }

    /** A count has ended; changes nothing where another one was begun meanwhile. */
    UsageObject counted(String id, long sum, Instant now) {
        return count == null || !count.id.equals(id)
                ? this
                : new UsageObject(sum + count.unseen, now, round, null, open);
    }

    /** Whether it is time for a count. */
    boolean isDue(Instant now, Duration interval) {
        return counted == null || Duration.between(counted, now).compareTo(interval) >= 0;
    }

    byte[] toBytes() {
        SortedMap<String, @Nullable Object> tree = new TreeMap<>();
        tree.put("bytes", bytes);
        tree.put("round", round);
        if (counted != null) {
            tree.put("counted", counted.toString());
        }
        if (count != null) {
            tree.put("count", new TreeMap<String, Object>(Map.of("id", count.id, "unseen", count.unseen)));
        }
        SortedMap<String, @Nullable Object> processes = new TreeMap<>();
        open.forEach((process, one) ->
                processes.put(process, new TreeMap<String, Object>(Map.of("bytes", one.bytes, "round", one.round))));
        tree.put("open", processes);
        return CanonicalJson.write(tree);
    }

    /** What can't be read is as good as nothing: then it is time for a count. */
    static UsageObject parse(byte[] bytes) {
        try {
            SortedMap<String, @Nullable Object> tree = CanonicalJson.parseObject(bytes, MAX_BYTES);
            SortedMap<String, Open> open = new TreeMap<>();
            members(tree.get("open"))
                    .forEach((process, one) -> open.put(
                            process.toString(),
                            new Open(
                                    number(members(one).get("bytes")),
                                    number(members(one).get("round")))));
            Map<?, ?> count = members(tree.get("count"));
            return new UsageObject(
                    number(tree.get("bytes")),
                    tree.get("counted") instanceof String time ? Instant.parse(time) : null,
                    number(tree.get("round")),
                    count.get("id") instanceof String id ? new Count(id, number(count.get("unseen"))) : null,
                    open);
        } catch (SurfaceException | IllegalArgumentException | DateTimeException e) {
            return NONE;
        }
    }

    private static Map<?, ?> members(@Nullable Object value) {
        return value instanceof Map<?, ?> members ? members : Map.of();
    }

    private static long number(@Nullable Object value) {
        if (value instanceof Long number && number >= 0) {
            return number;
        }
        throw new IllegalArgumentException("not a number of bytes: " + value);
    }
}
