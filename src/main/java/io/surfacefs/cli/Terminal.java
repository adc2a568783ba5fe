package io.surfacefs.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the command line reads and writes. Text is UTF-8 whatever the locale, since what is written is JSON and names
 * that are ASCII. One thread, except that {@link #err()} may be used by a few.
 *
 * @param in standard input
 * @param bytes standard output, for payloads; text goes through {@link #out()}, which is flushed before
 * @param out standard output, for text
 * @param err standard error
 * @param interactive whether somebody looks at the standard error, so that progress is worth drawing
 */
record Terminal(InputStream in, OutputStream bytes, PrintWriter out, PrintWriter err, boolean interactive) {
    static Terminal of(InputStream in, OutputStream out, OutputStream err, boolean interactive) {
        return new Terminal(in, out, writer(out), writer(err), interactive);
    }

    /** The process's own. */
    static Terminal system() {
        // Not System.out: a PrintStream swallows what goes wrong, and a full disk must not look like success.
        return of(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err),
                errorIsTerminal());
    }

    private static PrintWriter writer(OutputStream out) {
        return new PrintWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
    }

    /** Java tells only whether input and output both are terminals; Linux says it of the standard error alone. */
    @SuppressWarnings("SystemConsoleNull") // in a native image there may be none
    private static boolean errorIsTerminal() {
        Path descriptor = Path.of("/proc/self/fd/2");
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return System.console() != null && System.console().isTerminal();
        }
    }
}
