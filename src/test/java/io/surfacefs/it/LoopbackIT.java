package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Starts that are refused, with code and mend, and next to each the one that isn't. */
class LoopbackIT {
    @TempDir
    Path folder;

    private final Map<String, String> environment = new TreeMap<>();

    /** Ports of our own, so that a start that is wrongly not refused meets nobody. */
    @BeforeEach
    void choosePorts() {
        for (String server : new String[] {"HTTP", "GRPC_SERVER", "MANAGEMENT"}) {
            environment.put("QUARKUS_" + server + "_PORT", Integer.toString(SurfaceProcess.freePort()));
        }
    }

    /** Starts a server that must end by itself, without ever having listened or made anything. */
    private String refused(int exit) {
        SurfaceProcess.Result result =
                SurfaceProcess.runUnless("serves REST", folder.resolve("home"), environment, new byte[0], "serve");
        assertEquals(exit, result.exit(), () -> result.out() + result.stderr());
        assertFalse((result.out() + result.stderr()).contains("\tat "), () -> "a stack trace: " + result.stderr());
        return result.stderr();
    }

    private SurfaceProcess started() {
        SurfaceProcess.Builder server = SurfaceProcess.server(folder.resolve("home"));
        environment.keySet().removeIf(name -> name.endsWith("_PORT"));
        environment.forEach(server::env);
        return server.jvm("-XX:TieredStopAtLevel=1").start();
    }

    private static void assertServes(SurfaceProcess server) throws IOException {
        try (Rest rest = new Rest(server)) {
            rest.stored("sbom.fragment", new byte[10]);
        }
    }

    private static void assertLine(String stderr, String... parts) {
        assertTrue(
                stderr.lines().anyMatch(line -> {
                    for (String part : parts) {
                        if (!line.contains(part)) {
                            return false;
                        }
                    }
                    return line.startsWith("code=") && line.contains(" hint=\"");
                }),
                () -> "no line with " + String.join(", ", parts) + " in\n" + stderr);
    }

    @ParameterizedTest
    @ValueSource(strings = {"QUARKUS_HTTP_HOST", "QUARKUS_GRPC_SERVER_HOST"})
    void aServerBeyondLoopbackIsRefusedWhereNobodyIsAuthenticated(String variable) {
        environment.put(variable, "0.0.0.0");
        String property = variable.toLowerCase(Locale.ROOT).replace('_', '.');
        assertLine(
                refused(11),
                "code=SURFACE_UNAUTHENTICATED_REMOTE",
                property + "=0.0.0.0",
                "surface.security.allow-unauthenticated-remote=true");
    }

    @Test
    void aServerBeyondLoopbackStartsWhereTheOperatorSaysSoByName() throws IOException {
        environment.put("QUARKUS_HTTP_HOST", "0.0.0.0");
        environment.put("QUARKUS_GRPC_SERVER_HOST", "0.0.0.0");
        environment.put("SURFACE_SECURITY_ALLOW_UNAUTHENTICATED_REMOTE", "true");
        try (SurfaceProcess server = started()) {
            assertServes(server);
        }
    }

    @Test
    void aPropertyThatDoesNotExistIsRefusedWithTheNearestOneThatDoes() throws IOException {
        Path file = Files.writeString(folder.resolve("surface.properties"), "surface.store.grase=2h\n");
        environment.put("SMALLRYE_CONFIG_LOCATIONS", file.toString());
        assertLine(
                refused(11), "code=SURFACE_CONFIG_UNKNOWN", "surface.store.grase", "did you mean surface.store.grace?");
    }

    @Test
    void aValueThatCannotBeRightIsRefused() {
        environment.put("SURFACE_STORE_GRACE", "tomorrow");
        environment.put("SURFACE_LIMITS_PAYLOAD_SIZE", "huge");
        String stderr = refused(11);
        assertLine(stderr, "code=SURFACE_CONFIG_INVALID", "surface.store.grace");
        assertLine(stderr, "code=SURFACE_CONFIG_INVALID", "surface.limits.payload-size");
    }

    @Test
    void rightPropertiesInAFileAndLoopbackByNameStartAndWhatKubernetesInjectsIsNoMistake() throws IOException {
        Path file = Files.writeString(folder.resolve("surface.properties"), "surface.store.grace=2h\n");
        environment.put("SMALLRYE_CONFIG_LOCATIONS", file.toString());
        environment.put("QUARKUS_HTTP_HOST", "localhost");
        environment.put("QUARKUS_GRPC_SERVER_HOST", "127.0.0.1");
        environment.put("SURFACE_FS_SERVICE_HOST", "10.0.0.1");
        environment.put("SURFACE_FS_PORT_8080_TCP", "tcp://10.0.0.1:8080");
        environment.put("SURFACE_STOR_GRACE", "2h");
        try (SurfaceProcess server = started()) {
            assertServes(server);
            assertLine(server.output(), "code=SURFACE_CONFIG_UNKNOWN", "SURFACE_STOR_GRACE", "surface.store.grace");
            assertFalse(server.output().contains("SURFACE_FS_"), server::output);
        }
    }

    @Test
    void portsInUseAreAllNamedWithTheVariablesThatMoveThem() throws IOException {
        try (ServerSocket rest = taken("QUARKUS_HTTP_PORT");
                ServerSocket grpc = taken("QUARKUS_GRPC_SERVER_PORT");
                ServerSocket management = taken("QUARKUS_MANAGEMENT_PORT")) {
            String stderr = refused(1);
            assertLine(stderr, "127.0.0.1:" + rest.getLocalPort(), "QUARKUS_HTTP_PORT");
            assertLine(stderr, "127.0.0.1:" + grpc.getLocalPort(), "QUARKUS_GRPC_SERVER_PORT");
            assertLine(stderr, "127.0.0.1:" + management.getLocalPort(), "QUARKUS_MANAGEMENT_PORT");
        }
    }

    private ServerSocket taken(String variable) throws IOException {
        return new ServerSocket(Integer.parseInt(environment.get(variable)), 1, InetAddress.getLoopbackAddress());
    }

    @Test
    void aDataFolderThatCannotBeWrittenIsRefused() throws IOException {
        Files.writeString(folder.resolve("home"), "a file, where the folder should be");
        assertLine(
                refused(11),
                "code=SURFACE_ENV_CACHE_DIR_UNWRITABLE",
                folder.resolve("home").toString(),
                "SURFACE_HOME");
    }
}
