package io.surfacefs.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the command line reads and writes. Text is UTF-8 whatever the locale, since what is written is JSON and names
 * that are ASCII. For one thread, except that {@link #err()} may be used by a few.
 */
final class Terminal {
    private final InputStream in;
    private final Output output;
    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean interactive;

    private Terminal(InputStream in, OutputStream out, OutputStream err, boolean interactive) {
        this.in = in;
        this.output = new Output(out);
        this.out = writer(output);
        this.err = writer(err);
        this.interactive = interactive;
    }

    static Terminal of(InputStream in, OutputStream out, OutputStream err, boolean interactive) {
        return new Terminal(in, out, err, interactive);
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

    /** Remembers what failed, which the writers above it swallow. */
    private static final class Output extends FilterOutputStream {
        private @Nullable IOException failure;

        Output(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }
    }

    /** The standard input. */
    InputStream in() {
        return in;
    }

    /** The standard output, for payloads; what stands in {@link #out()} is to be flushed before. */
    OutputStream bytes() {
        return output;
    }

    /** The standard output, for text. */
    PrintWriter out() {
        return out;
    }

    /** The standard error. */
    PrintWriter err() {
        return err;
    }

    /** Whether somebody looks at the standard error, so that progress is worth drawing. */
    boolean interactive() {
        return interactive;
    }

    /** Writes out what is left. {@return why the standard output is not whole, or null} */
    @Nullable IOException flush() {
        out.flush();
        return output.failure;
    }

    /** Whether who reads the standard output has left, as {@code head} does when it has enough. */
    boolean readerLeft() {
        IOException failure = output.failure;
        return failure != null && String.valueOf(failure.getMessage()).contains("Broken pipe");
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
