package io.surfacefs.cli;

import io.surfacefs.client.CacheAdmin;
import io.surfacefs.client.Credentials;
import io.surfacefs.client.RemoteSurface;
import io.surfacefs.client.SurfaceAdmin;
import io.surfacefs.client.SurfaceClient;
import io.surfacefs.tls.Pin;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A command that works on the store of the configuration, or on a service far away. */
@Command
abstract class ServiceCommand extends BaseCommand {
    private static final Set<String> PLAIN = Set.of("http", "grpc");

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

    @Option(names = "--key-file", paramLabel = "FILE", description = "The key of --cert-file, PEM without a password.")
    private @Nullable Path keyFile;

    @Option(
            names = "--pin",
            paramLabel = "sha256/BASE64",
            description = {
                "SPKI pin, for https:// and grpcs://: the key of the service or of what vouches for it.",
                "Given several times, one of them must be met."
            })
    private List<String> pins = List.of();

    /** Work on artefacts. */
    @FunctionalInterface
    interface ClientWork {
        int run(SurfaceClient client) throws Exception;
    }

    /** Work on artefacts and on the whole store. */
    @FunctionalInterface
    interface LocalWork {
        int run(SurfaceClient client, SurfaceAdmin admin) throws Exception;
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
        try (SurfaceClient client = client(far)) {
            return work.run(client);
        }
    }

    /** A client of a service that an option names, with the credentials of the others; to be closed. */
    final SurfaceClient client(URI far) {
        return RemoteSurface.client(far, credentials(far));
    }

    /** Whether another option than --endpoint names a service, which token and certificates are for. */
    boolean asksElsewhere() {
        return false;
    }

    /** Works on the store that the configuration names, whatever else is asked. */
    final int withLocal(LocalEngine.Hold hold, LocalWork work) throws Exception {
        refuseRemoteOptions();
        return root().engine().run(hold, services -> work.run(services.client(), services.admin()));
    }

    final int withAdmin(LocalEngine.Hold hold, AdminWork work) throws Exception {
        URI far = endpoint();
        if (far == null) {
            refuseRemoteOptions();
            return root().engine().run(hold, services -> work.run(services.admin()));
        }
        try (SurfaceAdmin admin = RemoteSurface.admin(far, credentials(far))) {
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
        try (CacheAdmin cache = RemoteSurface.cacheAdmin(far, credentials(far))) {
            return work.run(cache);
        }
    }

    /** What the configuration says, without a store. */
    final LocalEngine.Facts facts() throws Exception {
        LocalEngine.Facts[] found = new LocalEngine.Facts[1];
        root().engine().run(LocalEngine.Hold.NONE, services -> {
            found[0] = services.facts();
            return ExitCodes.OK;
        });
        return found[0];
    }

    private Credentials credentials(URI far) {
        if (!pins.isEmpty() && PLAIN.contains(String.valueOf(far.getScheme()))) {
            throw wrongUsage("--pin goes with https:// and grpcs://");
        }
        try {
            return new Credentials(
                    tokenFile,
                    caFile,
                    certFile,
                    keyFile,
                    pins.stream().map(Pin::new).toList());
        } catch (IllegalArgumentException e) {
            throw wrongUsage("--pin is sha256/ and 32 bytes in base64");
        }
    }

    /** Wrong usage where options are given that only count for a service. */
    final void refuseRemoteOptions() {
        if (asksElsewhere()) {
            return;
        }
        if (tokenFile != null || caFile != null || certFile != null || keyFile != null || !pins.isEmpty()) {
            throw wrongUsage("--token-file, --ca-file, --cert-file, --key-file and --pin go with --endpoint");
        }
    }
}
