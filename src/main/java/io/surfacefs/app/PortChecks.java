package io.surfacefs.app;

import io.surfacefs.config.Finding;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;

/**
 * Whether the server could listen where it is told to, asked before it tries: then all that is taken is told at once.
 */
final class PortChecks {
    /**
     * Where a server listens.
     *
     * @param property before {@code .host} and {@code .port}
     * @param port the last part of the port's name
     * @param closer a property that keeps this port closed where it has the value
     */
    private record Place(String property, String port, String closer, String value) {}

    private static final List<Place> PLACES = List.of(
            new Place("quarkus.http", "port", "quarkus.http.insecure-requests", "disabled"),
            new Place("quarkus.grpc.server", "port", "quarkus.grpc.server.use-separate-server", "false"),
            new Place("quarkus.management", "port", "quarkus.management.host-enabled", "false"));

    private static final List<Place> WITH_TLS = Stream.concat(
                    PLACES.stream(),
                    Stream.of(new Place("quarkus.http", "ssl-port", "quarkus.http.host-enabled", "false")))
            .toList();

    private PortChecks() {}

    /** A finding for each place where it could not listen; a port of 0 is any that is free. */
    static List<Finding> run(Config quarkus) {
        List<Finding> findings = new ArrayList<>();
        for (Place place : ServerTls.configured(quarkus) ? WITH_TLS : PLACES) {
            int port = quarkus.getOptionalValue(place.property() + "." + place.port(), Integer.class)
                    .orElse(0);
            String host = quarkus.getOptionalValue(place.property() + ".host", String.class)
                    .orElse("0.0.0.0");
            if (port > 0 && opens(place, quarkus)) {
                check(place, host, port, findings);
            }
        }
        return findings;
    }

    private static boolean opens(Place place, Config quarkus) {
        return !quarkus.getOptionalValue(place.closer(), String.class)
                .map(value -> value.equalsIgnoreCase(place.value()))
                .orElse(false);
    }

    private static void check(Place place, String host, int port, List<Finding> findings) {
        try (ServerSocket socket = new ServerSocket()) {
            // As the servers do: what a process that has ended left in the kernel is no hindrance.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
        } catch (IOException e) {
            findings.add(Finding.error(
                    "SURFACE_CONFIG_INVALID",
                    "can't listen on " + host + ":" + port + ": " + e.getMessage(),
                    "another process may have the port; set " + variable(place.property() + "." + place.port()) + " ("
                            + place.property() + "." + place.port() + ") to a free one, or see that "
                            + variable(place.property() + ".host") + " is an address of this machine"));
        }
    }

    private static String variable(String property) {
        return property.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT);
    }
}
