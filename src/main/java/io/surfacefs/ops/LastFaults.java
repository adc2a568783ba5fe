package io.surfacefs.ops;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The last faults of this process, for people who look at the status page: the newest {@value #KEPT}, and how often
 * each code came. What follows itself is counted and not kept again. No token and no payload is ever in one.
 * Thread-safe; never blocks for longer than a few instructions.
 */
public final class LastFaults {
    /** So many are kept. */
    public static final int KEPT = 50;

    /** So many codes are counted one by one; the contract has fewer. */
    private static final int MAX_CODES = 64;

    /**
     * A fault, as often as it came one behind the other.
     *
     * @param last when it came last
     * @param code the contract's name of it
     * @param what a few words, which name no tenant and nothing that a client chose
     * @param about the kind of artefact that it happened to, which is for those only who may see every tenant; or null
     */
    public record Fault(
            Instant last,
            String code,
            String what,
            @Nullable String about,
            long times) {}

    private final Clock clock;
    private final Deque<Fault> faults = new ArrayDeque<>();
    private final SortedMap<String, Long> counts = new TreeMap<>();

    /** @param clock tells when a fault came */
    public LastFaults(Clock clock) {
        this.clock = clock;
    }

    /** Keeps a fault; see {@link Fault} for what may stand in it. */
    public synchronized void add(String code, String what, @Nullable String about) {
        if (counts.size() < MAX_CODES || counts.containsKey(code)) {
            counts.merge(code, 1L, Long::sum);
        }
        Fault newest = faults.peekFirst();
        long times = 1;
        if (newest != null
                && newest.code().equals(code)
                && newest.what().equals(what)
                && Objects.equals(newest.about(), about)) {
            times += faults.removeFirst().times();
        }
        faults.addFirst(new Fault(clock.instant(), code, what, about, times));
        if (faults.size() > KEPT) {
            faults.removeLast();
        }
    }

    /** Those that are kept, the newest first. */
    public synchronized List<Fault> newest() {
        return new ArrayList<>(faults);
    }

    /** How often each code came since the start. */
    public synchronized SortedMap<String, Long> counts() {
        return new TreeMap<>(counts);
    }
}
