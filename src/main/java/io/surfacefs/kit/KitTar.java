package io.surfacefs.kit;

import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A kit in a tar file: its headers are read once, then every file at its place. What isn't a plain file with a name of
 * a kit's is refused and never opened.
 */
final class KitTar implements KitSource {
    /** Problems that are told one by one. */
    private static final int MAX_TOLD = 1_000;

    private static final int END = 1024;

    /** Where a file's bytes lie; size -1 for a name that came twice. */
    private record Span(long offset, long size) {}

    private final FileChannel channel;
    private final Map<String, Span> files;
    private final List<KitProblem> refused;

    private KitTar(FileChannel channel, Map<String, Span> files, List<KitProblem> refused) {
        this.channel = channel;
        this.files = files;
        this.refused = refused;
    }

    static KitTar open(Path place) throws IOException {
        Map<String, Span> files = new HashMap<>();
        List<KitProblem> refused = new ArrayList<>();
        FileChannel channel = FileChannel.open(place, StandardOpenOption.READ);
        try (FileInputStream in = new FileInputStream(place.toFile());
                TarArchiveInputStream tar = new TarArchiveInputStream(new BufferedInputStream(in, 512))) {
            long end = channel.size();
            requireEnd(channel, place);
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                take(entry, tar.getBytesRead(), end, files, refused);
            }
        } catch (IOException | RuntimeException e) {
            channel.close();
            if (e instanceof KitException told) {
                throw told;
            }
            throw new KitException(
                    KitFault.REFUSED,
                    place + " is no tar that can be read to its end: "
                            + KitFolder.shown(String.valueOf(e.getMessage())),
                    "is it compressed, or was it cut on its way?",
                    e);
        }
        if (files.keySet().stream().noneMatch(name -> name.startsWith(KitPaths.ROOT))) {
            channel.close();
            throw new KitException(
                    refused.isEmpty() ? KitFault.MISSING : KitFault.REFUSED,
                    "there is no kit in " + place + ": it has nothing below " + KitPaths.ROOT,
                    refused.isEmpty()
                            ? "make the tar in the folder that contains offline/"
                            : refused.getFirst().path() + ": "
                                    + refused.getFirst().message(),
                    null);
        }
        return new KitTar(channel, files, refused);
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

    private static void take(
            TarArchiveEntry entry, long offset, long end, Map<String, Span> files, List<KitProblem> refused)
            throws KitException {
        String name = entry.getName();
        String path = name.startsWith("./") ? name.substring(2) : name;
        String why = refusal(entry, path);
        if (why == null && entry.isDirectory()) {
            return;
        }
        if (why == null && (entry.getSize() < 0 || entry.getSize() > end - offset)) {
            throw new KitException(
                    KitFault.REFUSED,
                    "the tar ends within " + KitFolder.shown(path),
                    "it was cut on its way; get it again",
                    null);
        }
        if (why == null) {
            if (files.put(path, new Span(offset, entry.getSize())) == null) {
                return;
            }
            files.put(path, new Span(offset, -1));
            why = "comes twice";
        }
        if (refused.size() < MAX_TOLD) {
            refused.add(new KitProblem(KitFolder.shown(name), KitFault.REFUSED, why));
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
        Span span = files.get(path);
        if (span == null) {
            throw new KitException(KitFault.MISSING, "the kit has no " + path);
        }
        if (span.size < 0) {
            throw new KitException(KitFault.REFUSED, path + " comes twice in the tar");
        }
        return new Opened(new SpanStream(channel, span.offset, span.size), span.size);
    }

    @Override
    public boolean has(String path) {
        return files.containsKey(path);
    }

    @Override
    public void walk(Consumer<String> plain, Consumer<KitProblem> problems) {
        files.forEach((path, span) -> {
            if (span.size >= 0) {
                plain.accept(path);
            }
        });
        refused.forEach(problems);
    }

    @Override
    public void close() throws IOException {
        channel.close();
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
