package io.surfacefs.cli;

import io.surfacefs.kit.KitException;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells what went wrong, on the standard error, and with which exit code the program ends. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {
    private static final Pattern SECRET = Pattern.compile("(?i)-.*(token|secret|password|passphrase|credentials?|key)");

    private final Terminal terminal;
    private final Cancellation cancellation;

    Failures(Terminal terminal, Cancellation cancellation) {
        this.terminal = terminal;
        this.cancellation = cancellation;
    }

    @Override
    public int handleParseException(ParameterException wrong, String[] line) {
        CommandLine command = wrong.getCommandLine();
        PrintWriter err = terminal.err();
        err.println("surface-fs: " + message(wrong));
        UnmatchedArgumentException.printSuggestions(wrong, err);
        CommandLine.Help help = command.getHelp();
        err.print(help.synopsisHeading() + help.synopsis(help.synopsisHeadingLength()));
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        err.flush();
        return ExitCodes.REFUSED;
    }

    /** Who gives a secret as an argument must not find it once more in a log. */
    private static @Nullable String message(ParameterException wrong) {
        if (wrong instanceof UnmatchedArgumentException unmatched) {
            for (String argument : unmatched.getUnmatched()) {
                String name = argument.split("=", 2)[0];
                if (SECRET.matcher(name).matches()) {
                    return "Unknown option: '" + name
                            + "'; a secret is never an argument, only the name of its file is";
                }
            }
        }
        return wrong.getMessage();
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, @Nullable ParseResult parsed) {
        terminal.out().flush();
        if (cancellation.cancelled() || terminal.readerLeft()) {
            return ExitCodes.FAILED; // of a signal its own exit code stands; a reader that left wants to hear nothing
        }
        if (failure instanceof RefusedException refused) {
            refused.lines().forEach(terminal.err()::println);
            terminal.err().flush();
            return ExitCodes.REFUSED;
        }
        return tell(terminal.err(), failure, wantsJson(command));
    }

    private static boolean wantsJson(CommandLine command) {
        return command.getCommand() instanceof BaseCommand base && base.json();
    }

    /** What people and programs are told: the service's code, or {@code FILE} where a file on this side failed. */
    private record Told(
            String code, int exit, String message, @Nullable String hint) {
        static Told of(Exception failure) {
            return switch (failure) {
                case SurfaceException surface ->
                    new Told(
                            surface.code().name(),
                            ExitCodes.of(surface.code()),
                            String.valueOf(surface.getMessage()),
                            surface.hint());
                case KitException kit ->
                    new Told(
                            kit.fault().name(),
                            KitCommand.exit(kit.fault()),
                            String.valueOf(kit.getMessage()),
                            kit.hint());
                case UncheckedIOException unchecked -> of(Objects.requireNonNull(unchecked.getCause()));
                case NoSuchFileException file -> file("no such file: " + file.getFile());
                case AccessDeniedException file -> file("no access to " + file.getFile());
                case FileSystemException file -> file(file.getFile() + ": " + file.getReason());
                case IOException io ->
                    file(io.getMessage() == null ? io.getClass().getSimpleName() : io.getMessage());
                default ->
                    new Told(
                            ErrorCode.INTERNAL.name(),
                            ExitCodes.FAILED,
                            "something is wrong inside: " + failure,
                            "please report it with what was printed here");
            };
        }

        private static Told file(String message) {
            return new Told("FILE", ExitCodes.FAILED, message, null);
        }
    }

    static int tell(PrintWriter err, Exception failure, boolean json) {
        Told told = Told.of(failure);
        if (json) {
            err.print(Json.object(out -> {
                out.writeStringField("code", told.code);
                out.writeStringField("message", told.message);
                Json.optional(out, "hint", told.hint);
            }));
        } else {
            err.println("surface-fs: " + told.message + (told.code.equals("FILE") ? "" : " (" + told.code + ")"));
            if (told.hint != null) {
                err.println("hint: " + told.hint);
            }
        }
        if (told.code.equals(ErrorCode.INTERNAL.name())) {
            failure.printStackTrace(err);
        }
        err.flush();
        return told.exit;
    }
}
