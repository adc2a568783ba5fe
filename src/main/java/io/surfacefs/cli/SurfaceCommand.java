package io.surfacefs.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root of the command line. Plain Java: building it and asking it for help starts no container. */
@Command(
        name = "surface-fs",
        description = "A content-addressed store and cache for what container scanners produce.",
        mixinStandardHelpOptions = true,
        versionProvider = SurfaceCommand.Version.class,
        subcommands = {SurfaceCommand.Serve.class, SurfaceCommand.VersionCommand.class})
public final class SurfaceCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    /** A command line without a subcommand is wrong usage. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing required subcommand");
    }

    /** {@code serve}: the server itself, started by the program's main. */
    @Command(name = "serve", description = "Serve REST, gRPC and the management port.", mixinStandardHelpOptions = true)
    public static final class Serve implements Runnable {
        /** Nothing: whoever reads the command line starts the server when this command was named. */
        @Override
        public void run() {}
    }

    /** {@code version}. */
    @Command(name = "version", description = "Print the version.", mixinStandardHelpOptions = true)
    public static final class VersionCommand implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private CommandSpec spec;

        /** Prints what {@code --version} prints. */
        @Override
        public void run() {
            spec.commandLine().getOut().println(Version.line());
        }
    }

    /** The version that the build wrote down. */
    public static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {line()};
        }

        private static String line() {
            try (var in = SurfaceCommand.class.getResourceAsStream("/surface-fs-version.txt")) {
                if (in == null) {
                    throw new IllegalStateException("surface-fs-version.txt is not in this build");
                }
                return "surface-fs " + new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
