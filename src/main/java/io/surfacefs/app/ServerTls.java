package io.surfacefs.app;

import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;

/** Whether and how the servers speak TLS. */
final class ServerTls {
    private static final String KEY_STORE = "quarkus.tls.key-store.";

    private ServerTls() {}

    /** Whether a certificate is given, which both servers then show. */
    static boolean configured(Config quarkus) {
        return StreamSupport.stream(quarkus.getPropertyNames().spliterator(), false)
                .anyMatch(name -> name.startsWith(KEY_STORE));
    }
}
