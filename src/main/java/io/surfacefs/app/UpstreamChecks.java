package io.surfacefs.app;

import io.surfacefs.access.Loopback;
import io.surfacefs.config.Finding;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.wire.BearerToken;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether an upstream's address can be right, and whether its token may go there. Reads the token, tells none of it.
 */
final class UpstreamChecks {
    /** In {@code surface.secrets.dir}. */
    static final String TOKEN = "upstream-token";

    private static final Set<String> GRPC_ONLY = Set.of("grpc", "grpcs");
    private static final Set<String> PLAIN = Set.of("http", "grpc");

    private UpstreamChecks() {}

    /** The file with the workload token, or null for none. */
    static @Nullable Path tokenFile(SurfaceConfig config) {
        return config.find(Settings.UPSTREAM_TOKEN_FILE)
                .or(() -> config.find(Settings.SECRETS_DIR)
                        .map(folder -> folder.resolve(TOKEN))
                        .filter(Files::exists))
                .orElse(null);
    }

    static void run(SurfaceConfig config, List<Finding> findings) {
        Settings.StoreType type = config.get(Settings.STORE_TYPE);
        URI endpoint = config.find(Settings.STORE_ENDPOINT).orElse(null);
        if (type == Settings.StoreType.S3 && endpoint != null && GRPC_ONLY.contains(endpoint.getScheme())) {
            findings.add(Finding.error(
                    "SURFACE_CONFIG_INVALID",
                    "surface.store.endpoint is a gRPC address, and the store is S3",
                    "give an http:// or https:// address, or set surface.store.type=upstream"));
        }
        if (type != Settings.StoreType.UPSTREAM) {
            return;
        }
        if (!config.members(Settings.TENANT_QUOTA).isEmpty()) {
            findings.add(Finding.error(
                    "SURFACE_CONFIG_INVALID",
                    "tenants have a quota here, and the store is an upstream, which keeps its own",
                    "set surface.tenants.\"T\".quota there"));
        }
        if (endpoint == null) {
            findings.add(Finding.error(
                    "SURFACE_ENV_MISSING_ENDPOINT",
                    "surface.store.type is upstream, and nobody says where that is",
                    "set surface.store.endpoint to its gRPC address, like http://surface-fs:9000"));
            return;
        }
        if (!endpoint.getPath().isEmpty() && !endpoint.getPath().equals("/")) {
            findings.add(Finding.error(
                    "SURFACE_CONFIG_INVALID",
                    "surface.store.endpoint has a path, which a gRPC address hasn't",
                    "give host and port, like https://surface-fs.example.org:9000"));
        }
        Path token = tokenFile(config);
        if (token != null) {
            checkToken(config, endpoint, token, findings);
        }
        if (config.get(Settings.UPSTREAM_FORWARD_TOKEN)) {
            checkForwarding(config, token, findings);
        }
    }

    private static void checkForwarding(SurfaceConfig config, @Nullable Path token, List<Finding> findings) {
        if (config.get(Settings.AUTH) == Settings.Auth.NONE) {
            findings.add(Finding.error(
                    "SURFACE_UNSAFE",
                    "callers' tokens are to go to the upstream, and nobody verifies them here, where the cache serves"
                            + " what they fetched",
                    "set surface.security.auth=oidc, or surface.upstream.forward-token=false"));
        }
        if (token == null) {
            findings.add(Finding.error(
                    "SURFACE_SECRET_MISSING",
                    "callers' tokens are to go to the upstream, and there is none for what no caller waits for",
                    "set surface.upstream.token-file to this instance's own token"));
        }
    }

    private static void checkToken(SurfaceConfig config, URI endpoint, Path token, List<Finding> findings) {
        try {
            BearerToken.authorization(token);
        } catch (IOException e) {
            findings.add(Finding.error(
                    "SURFACE_SECRET_MISSING",
                    "the upstream's token file " + token + " " + e.getMessage(),
                    "mount it there, one line, the token and nothing else"));
        }
        if (config.get(Settings.AUTH) == Settings.Auth.NONE
                && config.find(Settings.TENANT).isEmpty()) {
            findings.add(Finding.error(
                    "SURFACE_UNSAFE",
                    "callers are not authenticated, and would use the upstream's token for any tenant",
                    "set surface.tenant to the only tenant of this instance"));
        }
        if (PLAIN.contains(endpoint.getScheme())
                && !Loopback.isHost(endpoint.getHost())
                && !config.get(Settings.UPSTREAM_PLAIN_TOKEN)) {
            findings.add(Finding.error(
                    "SURFACE_UNSAFE",
                    "the upstream's token would go to " + endpoint.getHost() + " without TLS",
                    "give an https:// or grpcs:// address, or set surface.upstream.allow-plain-token=true"));
        }
    }
}
