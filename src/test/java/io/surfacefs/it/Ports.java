package io.surfacefs.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * Ports on loopback for one JVM of tests. Each JVM has a range of its own, so that suites that run beside one another
 * can't take the port that another has chosen for a server which doesn't listen yet, or not at the moment. A range is
 * held by listening on its first port until the JVM ends. All are below the range that outgoing connections take theirs
 * from. Thread-safe.
 */
final class Ports {
    private static final int FIRST = 12_000;
    private static final int END = 32_000;
    private static final int RANGE = 500;

    private static final ServerSocket HOLDS = hold();

    private static int given;

    private Ports() {}

    /** A port on loopback that nobody listens on; the same one comes again only after all others of the range. */
    static synchronized int free() {
        for (int attempt = 1; attempt < RANGE; attempt++) {
            given = given % (RANGE - 1) + 1;
            int port = HOLDS.getLocalPort() + given;
            try (ServerSocket socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (IOException taken) {
                // the next one may be free
            }
        }
        throw new IllegalStateException("no free port on loopback");
    }

    private static ServerSocket hold() {
        for (int port = FIRST; port < END; port += RANGE) {
            try {
                return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
            } catch (IOException held) {
                // the next range may be free
            }
        }
        throw new IllegalStateException("no free range of ports on loopback");
    }
}
