package io.surfacefs.kit;

import io.surfacefs.client.WatchedStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A kit in a tar file: its headers are looked for when it is opened and when it is walked, each time through all of it,
 * and every file is read at its place. What isn't a plain file with a name of a kit's is refused and never opened.
 * Where the files lie is known by a hash of their names, in bounded memory.
 */
final class KitTar implements KitSource {
    /** Problems that are told one by one. */
    private static final int MAX_TOLD = 1_000;

    /**
     * What may stand between two files of a tar, bytes: headers, and names and extended headers before them, which are
     * held whole. Far more than a kit's names need, and as much as an attribute of a file may have.
     */
    static final int MAX_HEADERS = 72 << 10;

    private static final int END = 1024;
    private static final int RECORD = 512;
    /** Columns: hash of the name, where its bytes begin, how many they are. */
    private static final int WIDTH = 3;

    private final Path place;
    private final FileChannel channel;
    private final PathHash hash = new PathHash();
    private final SortedRows files;
    private final List<KitProblem> refused = new ArrayList<>();

    private KitTar(Path place, FileChannel channel, SortedRows files) {
        this.place = place;
        this.channel = channel;
        this.files = files;
    }

    static KitTar open(Path place) throws IOException {
        return open(place, new SortedRows(WIDTH));
    }

    /** @param files empty, of {@value #WIDTH} columns; closed with this */
    static KitTar open(Path place, SortedRows files) throws IOException {
        KitTar kit = new KitTar(place, FileChannel.open(place, StandardOpenOption.READ), files);
        boolean sound = false;
        try {
            kit.read();
            sound = true;
        } finally {
            if (!sound) {
                kit.close();
            }
        }
        return kit;
    }

    private void read() throws IOException {
        requireEnd(channel, place);
        boolean[] kit = {false};
        headers((entry, offset) -> {
            String path = path(entry);
            String why = refusal(entry, path);
            if (why != null && refused.size() < MAX_TOLD) {
                refused.add(new KitProblem(KitFolder.shown(entry.getName()), KitFault.REFUSED, why));
            }
            if (why == null && !entry.isDirectory()) {
                requireWithin(entry, path, offset);
                files.add(hash.of(path), offset, entry.getSize());
                kit[0] |= path.startsWith(KitPaths.ROOT);
            }
        });
        files.freeze();
        if (!kit[0]) {
            throw new KitException(
                    refused.isEmpty() ? KitFault.MISSING : KitFault.REFUSED,
                    "there is no kit in " + place + ": it has nothing below " + KitPaths.ROOT,
                    refused.isEmpty()
                            ? "make the tar in the folder that contains offline/"
                            : refused.getFirst().path() + ": "
                                    + refused.getFirst().message(),
                    null);
        }
    }

    /** Told of a header, and where the bytes behind it begin. */
    private interface Header {
        void of(TarArchiveEntry entry, long offset) throws IOException;
    }

    private void headers(Header told) throws IOException {
        HeaderBytes all = new HeaderBytes(new SpanStream(channel, 0, channel.size()));
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new BufferedInputStream(all, RECORD))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                told.of(entry, tar.getBytesRead());
                requireNoHoles(entry);
                // Whoever reads on goes over no bytes behind a folder, whatever size it says.
                all.behind(entry.isDirectory() ? 0 : Math.clamp(entry.getSize(), 0, channel.size()));
            }
        } catch (KitException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new KitException(
                    KitFault.REFUSED,
                    place + " is no tar that can be read to its end: "
                            + KitFolder.shown(String.valueOf(e.getMessage())),
                    "is it compressed, or was it cut on its way?",
                    e);
        }
    }

    /** A tar ends in two blocks of zeros; one that was cut between two files would look whole without them. */
    private static void requireEnd(FileChannel channel, Path place) throws IOException {
        ByteBuffer last = ByteBuffer.allocate(END);
        long from = channel.size() - END;
        boolean zeros = from >= 0;
        while (zeros && last.hasRemaining() && channel.read(last, from + last.position()) >= 0) {
            // until it is full
        }
        for (byte one : last.array()) {
            zeros &= one == 0;
        }
        if (!zeros) {
            throw new KitException(
                    KitFault.REFUSED,
                    place + " is no tar, or one that was cut: it doesn't end as a tar does",
                    "is it compressed, or was it cut on its way?",
                    null);
        }
    }

    private static String path(TarArchiveEntry entry) {
        String name = entry.getName();
        return name.startsWith("./") ? name.substring(2) : name;
    }

    private void requireWithin(TarArchiveEntry entry, String path, long offset) throws IOException {
        if (entry.getSize() < 0 || entry.getSize() > channel.size() - offset) {
            throw new KitException(
                    KitFault.REFUSED,
                    "the tar ends within " + KitFolder.shown(path),
                    "it was cut on its way; get it again",
                    null);
        }
    }

    /** Whoever reads on makes every byte of a sparse file, though the tar has none of its holes. */
    private void requireNoHoles(TarArchiveEntry entry) throws IOException {
        if (entry.isSparse() && entry.getRealSize() > channel.size()) {
            throw new KitException(
                    KitFault.REFUSED,
                    "the tar has a sparse file that is larger than all of it: " + KitFolder.shown(entry.getName()),
                    "make it without --sparse",
                    null);
        }
    }

    private static @Nullable String refusal(TarArchiveEntry entry, String path) {
        if (entry.isSymbolicLink() || entry.isLink()) {
            return "a link";
        }
        if (entry.isBlockDevice() || entry.isCharacterDevice() || entry.isFIFO()) {
            return "a device";
        }
        if (entry.isSparse() || entry.isGNUSparse() || entry.isPaxGNUSparse() || entry.isOldGNUSparse()) {
            return "a sparse file";
        }
        if (path.startsWith("/") || path.contains("\\") || (path + "/").contains("../")) {
            return "leaves the kit";
        }
        if (!entry.isDirectory() && (!entry.isFile() || path.endsWith("/"))) {
            return "no plain file";
        }
        return null;
    }

    @Override
    public Opened file(String path) throws IOException {
        long[] found = files.of(hash.of(path));
        if (found.length == 0) {
            throw new KitException(KitFault.MISSING, "the kit has no " + path);
        }
        if (found.length > WIDTH) {
            throw new KitException(KitFault.REFUSED, path + " comes twice in the tar");
        }
        return new Opened(new SpanStream(channel, found[1], found[2]), found[2]);
    }

    @Override
    public boolean has(String path) throws IOException {
        return files.of(hash.of(path)).length > 0;
    }

    /** Reads the headers once more: their names are not held. */
    @Override
    public void walk(Names plain, Consumer<KitProblem> problems) throws IOException {
        refused.forEach(problems);
        headers((entry, offset) -> {
            String path = path(entry);
            if (refusal(entry, path) != null || entry.isDirectory()) {
                return;
            }
            long[] found = files.of(hash.of(path));
            if (found.length <= WIDTH) {
                plain.of(path);
            } else if (found[1] != offset) {
                problems.accept(new KitProblem(KitFolder.shown(entry.getName()), KitFault.REFUSED, "comes twice"));
            }
        });
    }

    @Override
    public void close() throws IOException {
        try (files) {
            channel.close();
        }
    }

    /**
     * The bytes of a tar for who looks for its headers, and goes through the files between them on his way. Ends with
     * {@code REFUSED} where that takes more than the next headers may have.
     */
    private static final class HeaderBytes extends WatchedStream {
        private long left = MAX_HEADERS;

        HeaderBytes(InputStream all) {
            super(all);
        }

        /** A header was read, and a file of so many bytes stands behind it. */
        void behind(long size) {
            left = size + MAX_HEADERS;
        }

        @Override
        protected void passed(byte[] target, int offset, int n) throws KitException {
            left -= Math.max(n, 0);
            if (left < 0) {
                throw new KitException(
                        KitFault.REFUSED,
                        "the tar has headers of more than " + MAX_HEADERS + " bytes before a file",
                        "make the tar of offline/ alone, without extended attributes",
                        null);
            }
        }
    }

    /** A part of a file; closing it closes nothing. */
    private static final class SpanStream extends InputStream {
        private final FileChannel channel;
        private final long end;
        private long position;

        SpanStream(FileChannel channel, long offset, long size) {
            this.channel = channel;
            this.position = offset;
            this.end = offset + size;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public long skip(long n) {
            long skipped = Math.clamp(n, 0, end - position);
            position += skipped;
            return skipped;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            int wanted = (int) Math.min(length, end - position);
            int n = wanted == 0 ? -1 : channel.read(ByteBuffer.wrap(target, offset, wanted), position);
            position += Math.max(n, 0);
            return n;
        }
    }
}
