package io.surfacefs.kit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Counts what becomes of a kit. Thread-safe. */
final class Tally {
    /** Manifests whose signature doesn't count that are told one by one. */
    private static final int MAX_UNTRUSTED = 100;

    private final long begun = System.nanoTime();
    private final AtomicLong good = new AtomicLong();
    private final AtomicLong known = new AtomicLong();
    private final AtomicLong differing = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final List<KitProblem> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private long untrusted;
    private long bad;
    private @Nullable String signedBy;
    private @Nullable Path aside;

    void good(KitEntry entry) {
        good.incrementAndGet();
        bytes.addAndGet(entry.bytes());
    }

    void known() {
        known.incrementAndGet();
    }

    void differing() {
        differing.incrementAndGet();
    }

    void problem(KitProblem problem) {
        lock.lock();
        try {
            bad++;
            if (problems.size() < KitReport.MAX_PROBLEMS) {
                problems.add(problem);
            }
        } finally {
            lock.unlock();
        }
    }

    void warn(String warning) {
        lock.lock();
        try {
            warnings.add(warning);
        } finally {
            lock.unlock();
        }
    }

    /** Warns of a manifest that is signed, and not by anybody who counts; of the first {@value #MAX_UNTRUSTED}. */
    void untrusted(KitEntry entry, String why) {
        lock.lock();
        try {
            if (++untrusted <= MAX_UNTRUSTED) {
                warnings.add(entry.manifestPath() + ": " + why);
            }
        } finally {
            lock.unlock();
        }
    }

    void signedBy(@Nullable String name) {
        lock.lock();
        try {
            signedBy = name;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Says where what didn't come in was put.
     *
     * @param failure why something was not put there, or null
     */
    void aside(@Nullable Path folder, @Nullable String failure) {
        lock.lock();
        try {
            aside = folder;
            if (failure != null) {
                warnings.add(failure);
            }
        } finally {
            lock.unlock();
        }
    }

    KitReport report(long version, long entries) {
        lock.lock();
        try {
            if (untrusted > MAX_UNTRUSTED) {
                warnings.add((untrusted - MAX_UNTRUSTED) + " more manifests have no signature that counts");
            }
            problems.sort(Comparator.comparing(KitProblem::path).thenComparing(KitProblem::message));
            return new KitReport(
                    version,
                    entries,
                    good.get(),
                    known.get(),
                    differing.get(),
                    bytes.get(),
                    bad,
                    problems,
                    signedBy,
                    warnings,
                    aside,
                    (System.nanoTime() - begun) / 1e9);
        } finally {
            lock.unlock();
        }
    }
}
