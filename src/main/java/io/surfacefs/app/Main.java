package io.surfacefs.app;

import io.quarkus.runtime.JVMUnsafeWarningsControl;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.surfacefs.cli.SurfaceCommand;
import io.surfacefs.rest.OpenApiDocument;

/** Where the program starts. Only the server is a container; every other command is done before one would be up. */
@QuarkusMain
public final class Main {
    Main() {}

    /**
     * Starts the program; without arguments that is {@code serve}.
     *
     * @param args the command line
     */
    public static void main(String... args) {
        StartTimes.reached(StartTimes.Step.MAIN);
        // What the server's container does too: libraries below use sun.misc.Unsafe, and the JVM would tell every user.
        JVMUnsafeWarningsControl.disableUnsafeRelatedWarnings();
        if (servesOnly(args)) {
            serve(args);
            return;
        }
        SurfaceCommand.Outcome outcome = SurfaceCommand.execute(new LocalCommands(), args);
        if (outcome.serve()) {
            serve(args);
        } else {
            System.exit(outcome.exit());
        }
    }

    /** Whether there is nothing to read: making the model of all commands takes a sixth of a start. */
    private static boolean servesOnly(String... args) {
        return args.length == 0 || (args.length == 1 && args[0].equals("serve"));
    }

    private static void serve(String... args) {
        // Else Quarkus answers a malformed path or query itself, without a problem document.
        System.setProperty("vertx.disableURIValidation", "true");
        OpenApiDocument.leaveUnread();
        StartTimes.reached(StartTimes.Step.COMMAND);
        Quarkus.run(ServeApplication.class, args);
    }
}
