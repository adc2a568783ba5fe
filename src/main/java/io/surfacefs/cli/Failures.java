package io.surfacefs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells what went wrong, on the standard error, and with which exit code the program ends. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {
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
        err.println("surface-fs: " + wrong.getMessage());
        UnmatchedArgumentException.printSuggestions(wrong, err);
        CommandLine.Help help = command.getHelp();
        err.print(help.synopsisHeading() + help.synopsis(help.synopsisHeadingLength()));
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        err.flush();
        return ExitCodes.REFUSED;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, @Nullable ParseResult parsed) {
        terminal.out().flush();
        if (cancellation.cancelled()) {
            return ExitCodes.FAILED; // nobody sees it: the signal's own exit code stands
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

    static int tell(PrintWriter err, Exception failure, boolean json) {
        SurfaceException told = told(failure);
        if (json) {
            err.print(Json.object(out -> write(out, told)));
        } else {
            err.println("surface-fs: " + told.getMessage() + " (" + told.code() + ")");
            if (told.hint() != null) {
                err.println("hint: " + told.hint());
            }
            if (told.code() == ErrorCode.INTERNAL && told.getCause() != null) {
                told.getCause().printStackTrace(err);
            }
        }
        err.flush();
        return ExitCodes.of(told.code());
    }

    private static void write(JsonGenerator out, SurfaceException told) throws IOException {
        out.writeStringField("code", told.code().name());
        Json.optional(out, "message", told.getMessage());
        Json.optional(out, "hint", told.hint());
    }

    /** Every failure with a code: that of the service, or one for what failed on this side. */
    private static SurfaceException told(Exception failure) {
        return switch (failure) {
            case SurfaceException surface -> surface;
            case UncheckedIOException unchecked -> told(Objects.requireNonNull(unchecked.getCause()));
            case NoSuchFileException file ->
                new SurfaceException(ErrorCode.NOT_FOUND, "no such file: " + file.getFile());
            case AccessDeniedException file ->
                new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "no access to " + file.getFile());
            case FileSystemException file ->
                new SurfaceException(ErrorCode.STORE_UNAVAILABLE, file.getFile() + ": " + file.getReason());
            case IOException io -> new SurfaceException(ErrorCode.STORE_UNAVAILABLE, message(io));
            default ->
                new SurfaceException(
                        ErrorCode.INTERNAL, "something is wrong inside: " + failure, "please report it", failure);
        };
    }

    private static String message(IOException failure) {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }
}
