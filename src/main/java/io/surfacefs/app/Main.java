package io.surfacefs.app;

import io.quarkus.runtime.JVMUnsafeWarningsControl;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.surfacefs.cli.SurfaceCommand;

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
        // What the server's container does too: libraries below use sun.misc.Unsafe, and the JVM would tell every user.
        JVMUnsafeWarningsControl.disableUnsafeRelatedWarnings();
        String[] line = args.length == 0 ? new String[] {"serve"} : args;
        SurfaceCommand.Outcome outcome = SurfaceCommand.execute(new LocalCommands(), line);
        if (outcome.serve()) {
            // Else Quarkus answers a malformed path or query itself, without a problem document.
            System.setProperty("vertx.disableURIValidation", "true");
            Quarkus.run(ServeApplication.class, args);
        } else {
            System.exit(outcome.exit());
        }
    }
}
