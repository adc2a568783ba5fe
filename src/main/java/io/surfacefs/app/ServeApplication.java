package io.surfacefs.app;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.ops.LogKey;
import io.surfacefs.ops.LogLine;
import jakarta.inject.Inject;
import java.net.URI;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/** The server: says where it is, then waits for its end. */
public class ServeApplication implements QuarkusApplication {
    private static final Logger LOG = Logger.getLogger(ServeApplication.class);

    @Inject
    SurfaceConfig config;

    @Inject
    Engine engine;

    @Inject
    @Readiness
    Listening listening;

    @Override
    public int run(String... args) {
        listening.opened();
        StartTimes.reached(StartTimes.Step.PORTS);
        Config quarkus = ConfigProvider.getConfig();
        boolean tokens = config.get(Settings.AUTH) == Settings.Auth.OIDC;
        String authentication = tokens
                ? "bearer tokens of "
                        + quarkus.getOptionalValue("quarkus.oidc.auth-server-url", String.class)
                                .orElse("the holder of quarkus.oidc.public-key")
                : "none";
        if (config.get(Settings.LOG_JSON)) {
            LogLine.event("serving")
                    .with(LogKey.REST, restAddress(quarkus))
                    .with(LogKey.GRPC, address(quarkus, "quarkus.grpc.server", "port"))
                    .with(LogKey.MANAGEMENT, managementAddress(quarkus))
                    .with(LogKey.STORE, store())
                    .with(LogKey.HOME, config.home())
                    .with(LogKey.AUTHENTICATION, authentication)
                    .info(LOG);
        } else {
            greet(quarkus, tokens, authentication);
        }
        StartTimes.tell();
        StartPages.releaseSoon();
        Quarkus.waitForExit();
        return 0;
    }

    private void greet(Config quarkus, boolean tokens, String authentication) {
        String rest = restAddress(quarkus);
        System.out.println("Surface.FS serves REST on " + rest + ", gRPC on "
                + address(quarkus, "quarkus.grpc.server", "port")
                + (ServerTls.configured(quarkus) ? " (TLS)" : "") + ", health and metrics on "
                + managementAddress(quarkus));
        if (config.get(Settings.STORE_TYPE) != Settings.StoreType.FOLDER) {
            System.out.println("store: " + store());
        }
        System.out.println("data folder: " + config.home()
                + (engine.owner() ? "" : " (shared: another process owns it)") + "; authentication: "
                + authentication);
        System.out.println("try: curl -sS " + (tokens ? "-H \"Authorization: Bearer $TOKEN\" " : "")
                + "--data-binary @FILE " + rest + "/api/v1/tenants/demo/artefacts/sbom.fragment");
        System.out.flush();
    }

    private String store() {
        return switch (config.get(Settings.STORE_TYPE)) {
            case FOLDER -> "a folder";
            case S3 ->
                "buckets " + config.get(Settings.BUCKET_NAME) + " and "
                        + config.get(Settings.MANIFEST_BUCKET_NAME) + " at "
                        + config.find(Settings.STORE_ENDPOINT)
                                .map(URI::toString)
                                .orElse("AWS, " + config.get(Settings.STORE_REGION));
            case UPSTREAM ->
                "the Surface.FS at "
                        + config.find(Settings.STORE_ENDPOINT)
                                .map(URI::toString)
                                .orElse("?");
        };
    }

    private static String managementAddress(Config quarkus) {
        return (ServerTls.managementConfigured(quarkus) ? "https://" : "http://")
                + address(quarkus, "quarkus.management", "port");
    }

    private static String restAddress(Config quarkus) {
        return SecurityChecks.restIsClosed(quarkus)
                ? "https://" + address(quarkus, "quarkus.http", "ssl-port")
                : "http://" + address(quarkus, "quarkus.http", "port");
    }

    private static String address(Config quarkus, String prefix, String portName) {
        String host = quarkus.getOptionalValue(prefix + ".host", String.class).orElse("127.0.0.1");
        String port =
                quarkus.getOptionalValue(prefix + "." + portName, String.class).orElse("?");
        return (host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host) + ":" + port;
    }
}
