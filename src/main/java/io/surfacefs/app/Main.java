package io.surfacefs.app;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Where the program starts. Help and version are answered here, before Quarkus starts anything. */
@QuarkusMain
public final class Main {
    Main() {}

    /**
     * Starts the program.
     *
     * @param args the command line
     */
    public static void main(String... args) {
        Quarkus.run(args);
    }
}
