package io.surfacefs.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The archive of loaded classes by which a JVM with the jar of this build starts with half of the work. One for all
 * JVMs of tests: who comes first makes it, by a start and a stop of the jar, and the others wait. Thread-safe.
 */
final class StartArchive {
    /** The jar of this build. */
    static final Path JAR = Path.of("target/quarkus-app/quarkus-run.jar");

    private static final Path ARCHIVE = Path.of("target/edge-archive.jsa");
    private static final String MAKES = "-XX:ArchiveClassesAtExit=";

    private static boolean ready;

    private StartArchive() {}

    /** The archive, which is made if there is none for this jar. */
    static synchronized Path path() {
        if (!ready) {
            Path lock = ARCHIVE.resolveSibling("edge-archive.lock");
            try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock held = channel.lock()) {
                if (held.isValid() && !isForJar()) {
                    make();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            ready = true;
        }
        return ARCHIVE.toAbsolutePath();
    }

    /** Whether this option of a JVM asks for an archive, which can't be based on another one. */
    static boolean isMadeBy(String option) {
        return option.startsWith(MAKES);
    }

    private static void make() throws IOException {
        Path work = Files.createTempDirectory(ARCHIVE.toAbsolutePath().getParent(), "edge-archive-");
        Path made = work.resolve("made.jsa");
        SurfaceProcess.server(work.resolve("home"))
                .jvm(MAKES + made, "-Xlog:disable")
                .start()
                .stop();
        Files.move(made, ARCHIVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static boolean isForJar() throws IOException {
        return Files.exists(ARCHIVE)
                && Files.getLastModifiedTime(ARCHIVE).compareTo(Files.getLastModifiedTime(JAR)) > 0;
    }
}
