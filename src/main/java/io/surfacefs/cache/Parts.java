package io.surfacefs.cache;

import io.surfacefs.codec.StoredVerifier;
import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** What the parts of one cache share. */
record Parts(
        CacheSettings settings,
        Ledger ledger,
        CacheFolder folder,
        NameLocks names,
        Rooms rooms,
        Health health,
        StoredVerifier verifier,
        CacheEvents events,
        Outside outside) {
    /**
     * What a test may want to decide.
     *
     * @param executor runs fetches, each on a thread of its own
     * @param background runs what takes long and has time
     * @param nanos a clock that only goes forward
     * @param chance 0.0 to 1.0, for samples
     */
    record Outside(
            Clock clock,
            LongSupplier nanos,
            DoubleSupplier chance,
            Executor executor,
            Executor background,
            Waits waits) {}

    Index index() {
        return ledger.index();
    }
}
