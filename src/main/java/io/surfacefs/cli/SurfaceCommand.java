package io.surfacefs.cli;

import java.io.IOException;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root of the command line. Plain Java: building it and asking it for help starts no container. */
@Command(
        name = "surface-fs",
        description = {
            "A content-addressed store and cache for what container scanners produce.",
            "",
            "Commands work on the store that the configuration names (by default the folder under SURFACE_HOME),"
                    + " or on a running service with --endpoint."
        },
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.Version.class,
        exitCodeOnInvalidInput = ExitCodes.REFUSED,
        usageHelpAutoWidth = true,
        synopsisSubcommandLabel = "COMMAND",
        descriptionHeading = "%n",
        optionListHeading = "%n",
        commandListHeading = "%nCommands:%n",
        subcommands = {
            ServeCommand.class,
            PutCommand.class,
            GetCommand.class,
            LsCommand.class,
            StatCommand.class,
            RmCommand.class,
            ScanCommand.class,
            KitCommand.class,
            PublishCommand.class,
            SignCommand.class,
            VerifyCommand.class,
            FsckCommand.class,
            DuCommand.class,
            ReindexCommand.class,
            GcCommand.class,
            CacheCommand.class,
            SpoolCommand.class,
            DoctorCommand.class,
            ConfigCommand.class,
            CompletionCommand.class,
            VersionCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "  0:done",
            "  1:not found, or a file or a connection failed",
            "  2:bytes are not what their digest says",
            "  5:a signature is not valid",
            "  8:not monotonic",
            " 11:refused: wrong usage, invalid input, no permission, a start-up check",
            "130:cancelled"
        },
        footerHeading = "%nEnvironment:%n",
        footer = {
            "  SURFACE_HOME              data folder (default ./surface-data)",
            "  SURFACE_TENANT            the tenant where --tenant is not given",
            "  SURFACE_…, QUARKUS_…      any property; 'surface-fs config' shows what counts",
            "",
            "Examples:",
            "  surface-fs serve",
            "  surface-fs put --tenant acme --kind sbom.fragment web.sbom.json",
            "  surface-fs ls --tenant acme --endpoint http://127.0.0.1:8080",
            "  surface-fs get --tenant acme --kind sbom.fragment sha256:… --to web.sbom.json"
        })
public final class SurfaceCommand implements Runnable {
    private final LocalEngine engine;
    private final Terminal terminal;
    private final Cancellation cancellation;
    private final Map<String, String> environment;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private boolean serve;

    SurfaceCommand(LocalEngine engine, Terminal terminal, Cancellation cancellation) {
        this(engine, terminal, cancellation, System.getenv());
    }

    SurfaceCommand(LocalEngine engine, Terminal terminal, Cancellation cancellation, Map<String, String> environment) {
        this.engine = engine;
        this.terminal = terminal;
        this.cancellation = cancellation;
        this.environment = environment;
    }

    /** What a command line came to: an exit code, or that the server is to be started. */
    public record Outcome(int exit, boolean serve) {}

    /**
     * Executes a command line on the standard streams of the process. Help, version and wrong usage never touch the
     * engine.
     *
     * @param engine started by the commands that work on the store of the configuration
     */
    public static Outcome execute(LocalEngine engine, String... line) {
        return execute(engine, Terminal.system(), Cancellation.install(), line);
    }

    static Outcome execute(LocalEngine engine, Terminal terminal, Cancellation cancellation, String... line) {
        return execute(new SurfaceCommand(engine, terminal, cancellation), line);
    }

    static Outcome execute(SurfaceCommand root, String... line) {
        Terminal terminal = root.terminal;
        int exit = commandLine(root).execute(line);
        IOException unwritten = terminal.flush();
        if (unwritten != null && exit == ExitCodes.OK) {
            exit = ExitCodes.FAILED;
            if (!terminal.readerLeft()) {
                terminal.err().println("surface-fs: the standard output can't be written: " + unwritten.getMessage());
            }
        }
        terminal.err().flush();
        return new Outcome(exit, root.serve);
    }

    static CommandLine commandLine(SurfaceCommand root) {
        CommandLine commands = new CommandLine(root);
        commands.setOut(root.terminal.out());
        commands.setErr(root.terminal.err());
        commands.setCaseInsensitiveEnumValuesAllowed(true);
        Values.register(commands);
        Failures failures = new Failures(root.terminal, root.cancellation);
        commands.setParameterExceptionHandler(failures);
        commands.setExecutionExceptionHandler(failures);
        return commands;
    }

    /** A command line without a subcommand is wrong usage. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing required subcommand");
    }

    void serve() {
        serve = true;
    }

    LocalEngine engine() {
        return engine;
    }

    Terminal terminal() {
        return terminal;
    }

    Map<String, String> environment() {
        return environment;
    }

    Cancellation cancellation() {
        return cancellation;
    }
}
