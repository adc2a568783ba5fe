package io.surfacefs.app;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.surfacefs.cli.SurfaceCommand;
import picocli.CommandLine;

/** Where the program starts. What needs no server (help, version, wrong usage) is answered before Quarkus starts. */
@QuarkusMain
public final class Main {
    /** Wrong usage, as every refusal. */
    private static final int REFUSED = 11;

    Main() {}

    /**
     * Starts the program; without arguments that is {@code serve}.
     *
     * @param args the command line
     */
    public static void main(String... args) {
        String[] line = args.length == 0 ? new String[] {"serve"} : args;
        CommandLine commands = new CommandLine(new SurfaceCommand());
        commands.getCommandSpec().exitCodeOnInvalidInput(REFUSED);
        commands.getSubcommands().values().forEach(c -> c.getCommandSpec().exitCodeOnInvalidInput(REFUSED));
        int exit = commands.execute(line);
        CommandLine.ParseResult parsed = commands.getParseResult();
        if (exit == 0
                && parsed.hasSubcommand()
                && parsed.subcommand().commandSpec().userObject() instanceof SurfaceCommand.Serve
                && !parsed.subcommand().isUsageHelpRequested()
                && !parsed.subcommand().isVersionHelpRequested()) {
            // Else Quarkus answers a malformed path or query itself, without a problem document.
            System.setProperty("vertx.disableURIValidation", "true");
            Quarkus.run(ServeApplication.class, args);
        } else {
            System.exit(exit);
        }
    }
}
