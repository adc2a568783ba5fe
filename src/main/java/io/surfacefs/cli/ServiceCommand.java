package io.surfacefs.cli;

import io.surfacefs.client.CacheAdmin;
import io.surfacefs.client.Credentials;
import io.surfacefs.client.RemoteSurface;
import io.surfacefs.client.SurfaceAdmin;
import io.surfacefs.client.SurfaceClient;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A command that works on the store of the configuration, or on a service far away. */
@Command
abstract class ServiceCommand extends BaseCommand {
    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = {
                "Work on a running service: http:// or https:// for REST, grpc:// or grpcs:// for gRPC.",
                "Without it: on the store that the configuration names."
            })
    private @Nullable URI endpoint;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "File with the bearer token for the service; read for each call.")
    private @Nullable Path tokenFile;

    @Option(
            names = "--ca-file",
            paramLabel = "FILE",
            description = "PEM certificates that are trusted instead of the system's, for https:// and grpcs://.")
    private @Nullable Path caFile;

    @Option(
            names = "--cert-file",
            paramLabel = "FILE",
            description = "This client's own certificate with its chain, PEM; goes with --key-file.")
    private @Nullable Path certFile;

    @Option(
            names = "--key-file",
            paramLabel = "FILE",
            description = "The key of --cert-file, PEM, PKCS 8 without a password.")
    private @Nullable Path keyFile;

    /** Work on artefacts. */
    @FunctionalInterface
    interface ClientWork {
        int run(SurfaceClient client) throws Exception;
    }

    /** Work on a whole store. */
    @FunctionalInterface
    interface AdminWork {
        int run(SurfaceAdmin admin) throws Exception;
    }

    /** Work on a local cache. */
    @FunctionalInterface
    interface CacheWork {
        int run(CacheAdmin cache) throws Exception;
    }

    /** The service to work on, or null for the store that the configuration names. */
    @Nullable URI endpoint() {
        return endpoint;
    }

    final int withClient(LocalEngine.Hold hold, ClientWork work) throws Exception {
        URI far = endpoint();
        if (far == null) {
            refuseRemoteOptions();
            return root().engine().run(hold, services -> work.run(services.client()));
        }
        try (SurfaceClient client = RemoteSurface.client(far, credentials())) {
            return work.run(client);
        }
    }

    final int withAdmin(LocalEngine.Hold hold, AdminWork work) throws Exception {
        URI far = endpoint();
        if (far == null) {
            refuseRemoteOptions();
            return root().engine().run(hold, services -> work.run(services.admin()));
        }
        try (SurfaceAdmin admin = RemoteSurface.admin(far, credentials())) {
            return work.run(admin);
        }
    }

    final int withCache(CacheWork work) throws Exception {
        URI far = endpoint();
        if (far == null) {
            refuseRemoteOptions();
            return root().engine().run(LocalEngine.Hold.CACHE, services -> {
                try (CacheAdmin cache = services.cacheAdmin()) {
                    return work.run(cache);
                }
            });
        }
        try (CacheAdmin cache = RemoteSurface.cacheAdmin(far, credentials())) {
            return work.run(cache);
        }
    }

    private Credentials credentials() {
        return new Credentials(tokenFile, caFile, certFile, keyFile);
    }

    /** Wrong usage where options are given that only count for a service. */
    final void refuseRemoteOptions() {
        if (tokenFile != null || caFile != null || certFile != null || keyFile != null) {
            throw wrongUsage("--token-file, --ca-file, --cert-file and --key-file go with --endpoint");
        }
    }
}
