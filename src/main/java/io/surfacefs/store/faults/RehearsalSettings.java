package io.surfacefs.store.faults;

import java.time.Duration;

/**
 * How a store is made to fail.
 *
 * @param latency how much later each call is answered
 * @param errors share of calls that fail, 0 to 1
 * @param cuts share of reads of a body that break off
 * @param torn share of reads of a body that give a wrong byte
 * @param seed of the dice: calls that come one after the other meet the same faults for the same seed
 */
public record RehearsalSettings(Duration latency, double errors, double cuts, double torn, long seed) {
    public RehearsalSettings {
        if (latency.isNegative() || !isShare(errors) || !isShare(cuts) || !isShare(torn)) {
            throw new IllegalArgumentException("latency or a share out of bounds");
        }
    }

    private static boolean isShare(double share) {
        return share >= 0 && share <= 1;
    }

    /** Whether anything is to fail, or to be late. */
    public boolean any() {
        return latency.isPositive() || errors > 0 || cuts > 0 || torn > 0;
    }
}
