package io.surfacefs.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code serve}: the server itself, which whoever reads the command line starts. */
@Command(
        name = "serve",
        description = {
            "Serve REST, gRPC and the management port (health, metrics).",
            "",
            "Without authentication the ports are bound to loopback."
        },
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.Version.class,
        exitCodeOnInvalidInput = ExitCodes.REFUSED,
        usageHelpAutoWidth = true,
        descriptionHeading = "%n",
        optionListHeading = "%n",
        footerHeading = "%nEnvironment:%n",
        footer = {
            "  SURFACE_HOME               data folder (default ./surface-data)",
            "  QUARKUS_HTTP_PORT          REST (default 8080); QUARKUS_HTTP_HOST",
            "  QUARKUS_GRPC_SERVER_PORT   gRPC (default 9000); QUARKUS_GRPC_SERVER_HOST",
            "  QUARKUS_MANAGEMENT_PORT    health, metrics (default 9090), and",
            "  QUARKUS_MANAGEMENT_HOST    where that listens",
            "",
            "Examples:",
            "  surface-fs serve",
            "  SURFACE_HOME=/var/lib/surface-fs QUARKUS_HTTP_PORT=8081 surface-fs serve"
        })
final class ServeCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private SurfaceCommand root;

    @Override
    public Integer call() {
        root.serve();
        return ExitCodes.OK;
    }
}
