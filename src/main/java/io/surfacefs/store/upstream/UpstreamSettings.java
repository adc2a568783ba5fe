package io.surfacefs.store.upstream;

import io.surfacefs.model.Tenant;
import io.surfacefs.tls.ClientTls;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the upstream is, and how it is spoken to.
 *
 * @param endpoint host and perhaps port (else {@value #DEFAULT_PORT}); {@code https} and {@code grpcs} mean TLS
 * @param tls whom to trust and what to show there; null: the system's trust, and nothing
 * @param tokenFile the workload token, or null for none
 * @param tenant the only tenant of this instance, or null; asked for when the upstream is looked at
 * @param verify whether what comes is checked against the digest of the stored bytes
 */
public record UpstreamSettings(
        URI endpoint,
        @Nullable ClientTls tls,
        @Nullable Path tokenFile,
        @Nullable Tenant tenant,
        boolean verify,
        Limits limits) {
    /** Of an address that names none. */
    public static final int DEFAULT_PORT = 9000;

    private static final Set<String> TLS = Set.of("https", "grpcs");

    /**
     * How long is waited.
     *
     * @param connect for a connection
     * @param attempt for the answer to a question about one object, for a longer one to begin, and from one of its
     *     messages to the next
     * @param total the longest wait of all attempts; for the answer to a change, and for an upload to go on
     */
    public record Limits(Duration connect, Duration attempt, Duration total) {
        /**
         * For one answer about many objects, which the upstream may have to ask its own store for: longer than for one,
         * and not so long that nothing is left for another attempt.
         */
        Duration many() {
            Duration most = total.multipliedBy(2).dividedBy(3);
            return most.compareTo(attempt) > 0 ? most : attempt;
        }
    }

    boolean encrypted() {
        return TLS.contains(endpoint.getScheme().toLowerCase(Locale.ROOT));
    }

    String host() {
        String host = endpoint.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    int port() {
        return endpoint.getPort() < 0 ? DEFAULT_PORT : endpoint.getPort();
    }
}
