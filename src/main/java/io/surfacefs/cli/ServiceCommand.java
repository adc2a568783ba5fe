package io.surfacefs.cli;

import io.surfacefs.client.CacheAdmin;
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

    final int withClient(LocalEngine.Hold hold, ClientWork work) throws Exception {
        if (endpoint == null) {
            refuseToken();
            return root().engine().run(hold, services -> work.run(services.client()));
        }
        try (SurfaceClient client = RemoteSurface.client(endpoint, tokenFile)) {
            return work.run(client);
        }
    }

    final int withAdmin(LocalEngine.Hold hold, AdminWork work) throws Exception {
        if (endpoint == null) {
            refuseToken();
            return root().engine().run(hold, services -> work.run(services.admin()));
        }
        try (SurfaceAdmin admin = RemoteSurface.admin(endpoint, tokenFile)) {
            return work.run(admin);
        }
    }

    final int withCache(CacheWork work) throws Exception {
        if (endpoint == null) {
            refuseToken();
            return root().engine().run(LocalEngine.Hold.CACHE, services -> {
                try (CacheAdmin cache = services.cacheAdmin()) {
                    return work.run(cache);
                }
            });
        }
        try (CacheAdmin cache = RemoteSurface.cacheAdmin(endpoint, tokenFile)) {
            return work.run(cache);
        }
    }

    private void refuseToken() {
        if (tokenFile != null) {
            throw wrongUsage("--token-file goes with --endpoint");
        }
    }
}
