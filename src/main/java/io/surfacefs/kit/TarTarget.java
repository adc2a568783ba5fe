package io.surfacefs.kit;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.UUID;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * A kit in a tar file (POSIX, so that names and sizes of any length fit): every header says the same of its owner, mode
 * and time, whoever writes it and when. One thread.
 */
final class TarTarget implements KitTarget {
    private static final int BUFFER = 256 << 10;

    private final Path place;
    private final Path written;
    private final Path scratch;
    private final FileChannel channel;
    private final TarArchiveOutputStream tar;
    private final byte[] buffer = new byte[BUFFER];

    private TarTarget(Path place, Path written, Path scratch) throws IOException {
        this.place = place;
        this.written = written;
        this.scratch = scratch;
        this.channel = FileChannel.open(written, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        this.tar = new TarArchiveOutputStream(
                new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER), StandardCharsets.UTF_8.name());
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    }

    static TarTarget create(Path place) throws IOException {
        if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            throw new KitException(
                    KitFault.REFUSED,
                    "there is something in " + place + " already",
                    "name another file, or remove it",
                    null);
        }
        Path real = place.toAbsolutePath();
        String hidden = "." + real.getFileName() + "." + UUID.randomUUID();
        return new TarTarget(real, real.resolveSibling(hidden + ".part"), real.resolveSibling(hidden + ".index"));
    }

    @Override
    public boolean anyOrder() {
        return false;
    }

    @Override
    public Path scratch() {
        return scratch;
    }

    @Override
    public void file(String path, InputStream content, long size) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(path);
        entry.setSize(size);
        entry.setMode(0100644);
        entry.setIds(0, 0);
        entry.setNames("", "");
        entry.setModTime(FileTime.fromMillis(0));
        tar.putArchiveEntry(entry);
        long done = 0;
        for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
            done += n;
            if (done > size) {
                break;
            }
            tar.write(buffer, 0, n);
        }
        if (done != size) {
            throw new KitException(KitFault.CHECKSUM, path + " has not the " + size + " bytes that its manifest says");
        }
        tar.closeArchiveEntry();
    }

    @Override
    public void finish() throws IOException {
        tar.finish();
        tar.flush();
        channel.force(true);
        tar.close();
        Files.move(written, place, StandardCopyOption.ATOMIC_MOVE);
        Path folder = place.getParent();
        if (folder != null) {
            try (FileChannel synced = FileChannel.open(folder, StandardOpenOption.READ)) {
                synced.force(true);
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(scratch);
        Files.deleteIfExists(written);
    }
}
