package io.surfacefs.app;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import jakarta.inject.Inject;
import java.net.URI;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.health.Readiness;

/** The server: says where it is, then waits for its end. */
public class ServeApplication implements QuarkusApplication {
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
        String rest = restAddress(quarkus);
        System.out.println("Surface.FS serves REST on " + rest + ", gRPC on "
                + address(quarkus, "quarkus.grpc.server", "port")
                + (ServerTls.configured(quarkus) ? " (TLS)" : "") + ", health and metrics on "
                + (ServerTls.managementConfigured(quarkus) ? "https://" : "http://")
                + address(quarkus, "quarkus.management", "port"));
        if (config.get(Settings.STORE_TYPE) == Settings.StoreType.S3) {
            System.out.println("store: buckets " + config.get(Settings.BUCKET_NAME) + " and "
                    + config.get(Settings.MANIFEST_BUCKET_NAME) + " at "
                    + config.find(Settings.STORE_ENDPOINT)
                            .map(URI::toString)
                            .orElse("AWS, " + config.get(Settings.STORE_REGION)));
        }
        if (config.get(Settings.STORE_TYPE) == Settings.StoreType.UPSTREAM) {
            System.out.println("store: the Surface.FS at "
                    + config.find(Settings.STORE_ENDPOINT).map(URI::toString).orElse("?"));
        }
        boolean tokens = config.get(Settings.AUTH) == Settings.Auth.OIDC;
        System.out.println("data folder: " + config.home()
                + (engine.owner() ? "" : " (shared: another process owns it)") + "; authentication: "
                + (tokens
                        ? "bearer tokens of "
                                + quarkus.getOptionalValue("quarkus.oidc.auth-server-url", String.class)
                                        .orElse("the holder of quarkus.oidc.public-key")
                        : "none"));
        System.out.println("try: curl -sS " + (tokens ? "-H \"Authorization: Bearer $TOKEN\" " : "")
                + "--data-binary @FILE " + rest + "/api/v1/tenants/demo/artefacts/sbom.fragment");
        System.out.flush();
        StartTimes.tell();
        StartPages.releaseSoon();
        Quarkus.waitForExit();
        return 0;
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
