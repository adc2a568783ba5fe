package io.surfacefs.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A file that is there whole or not at all: written beside its place under another name, synced, and moved. What is not
 * a regular file (a pipe, {@code /dev/null}) is written directly. Not thread-safe.
 */
final class NewFile implements AutoCloseable {
    private final Path place;
    private final Path written;
    private final FileChannel channel;
    private final OutputStream stream;
    private final Cancellation cancellation;

    private NewFile(Path place, Path written, FileChannel channel, Cancellation cancellation) {
        this.place = place;
        this.written = written;
        this.channel = channel;
        this.stream = Channels.newOutputStream(channel);
        this.cancellation = cancellation;
    }

    static NewFile open(Path place, Cancellation cancellation) throws IOException {
        if (Files.exists(place) && !Files.isRegularFile(place) && !Files.isDirectory(place)) {
            return new NewFile(place, place, FileChannel.open(place, StandardOpenOption.WRITE), cancellation);
        }
        // Through a link, its target is replaced and not the link.
        Path real = Files.exists(place) ? place.toRealPath() : place.toAbsolutePath();
        Path folder = real.getParent();
        if (folder == null || Files.isDirectory(real)) {
            throw new IOException(place + " is a folder");
        }
        if (!Files.isDirectory(folder)) {
            throw new NoSuchFileException(folder.toString());
        }
        Path temporary = folder.resolve("." + real.getFileName() + "." + UUID.randomUUID() + ".part");
        cancellation.unfinished(temporary);
        try {
            return new NewFile(
                    real,
                    temporary,
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    cancellation);
        } catch (IOException e) {
            cancellation.finished(temporary);
            throw e;
        }
    }

    OutputStream stream() {
        return stream;
    }

    /** Puts the file into its place. */
    void finish() throws IOException {
        if (!written.equals(place)) {
            channel.force(true);
            channel.close();
            Files.move(written, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            cancellation.finished(written);
        }
    }

    /** Takes away what is not finished. */
    @Override
    public void close() throws IOException {
        channel.close();
        if (!written.equals(place)) {
            Files.deleteIfExists(written);
            cancellation.finished(written);
        }
    }
}
