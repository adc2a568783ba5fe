package io.surfacefs.ops;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a process is and how it does, for people. Names no tenant, no path of the machine and nothing secret.
 *
 * @param version of the program
 * @param runtime what runs it, {@code native} or the JVM's name and version
 * @param shape what it is here: a service, a sidecar and so on
 * @param uptime since the start
 * @param store where the truth lies, in a few words
 * @param storeFault why the store can't be used now, as a code of the contract; empty when it can
 * @param writes how puts reach the store
 * @param authentication who is believed
 * @param memoryQuota bytes of the cache in memory, 0 for none
 * @param lookups how manifests were found
 * @param cache the cache on disk, null for none
 * @param spool what waits for the store, null where puts go through
 */
public record Status(
        String version,
        String runtime,
        String shape,
        Duration uptime,
        String store,
        String storeFault,
        String writes,
        String authentication,
        long memoryQuota,
        Lookups lookups,
        @Nullable Cache cache,
        @Nullable Waiting spool) {
    /** Reads of manifests since the start: those answered by this node, and those that the store was asked for. */
    public record Lookups(long near, long far) {
        /** Reads in all. */
        public long all() {
            return near + far;
        }
    }

    /** The cache on disk, in bytes and objects. */
    public record Cache(long bytes, long quota, long entries, long quarantinedBytes, boolean complete) {}

    /** What waits in the spool, and for how long the oldest has. */
    public record Waiting(long depth, Duration age, long bytes, long quota) {}

    /** Gives the status of now; may block as long as a look at the store does, some seconds at most. */
    public interface Source extends Supplier<Status> {}
}
