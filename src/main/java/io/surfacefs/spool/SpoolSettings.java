package io.surfacefs.spool;

import java.time.Duration;

/**
 * How a spool behaves.
 *
 * @param quota bytes of all its files, in blocks of 4 KiB, rejected ones counted
 * @param entries the most puts that may wait, rejected ones counted
 * @param deliveries how many puts are delivered at a time
 * @param retryInterval from a failed delivery to the next try; doubles with each further one
 * @param retryLongest the longest it becomes
 * @param drainTimeout how long the end may take for what still waits
 */
public record SpoolSettings(
        long quota, int entries, int deliveries, Duration retryInterval, Duration retryLongest, Duration drainTimeout) {
    /** The most puts that may wait: each takes some 700 bytes of memory. */
    public static final int MAX_ENTRIES = 50_000;

    private static final int DELIVERIES = 8;
    private static final Duration LONGEST = Duration.ofSeconds(60);

    /** With the usual bounds. */
    public static SpoolSettings of(long quota, Duration retryInterval, Duration drainTimeout) {
        return new SpoolSettings(quota, MAX_ENTRIES, DELIVERIES, retryInterval, LONGEST, drainTimeout);
    }
}
