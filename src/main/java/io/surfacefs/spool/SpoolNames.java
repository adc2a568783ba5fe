package io.surfacefs.spool;

import io.surfacefs.codec.StoredBytes;
import io.surfacefs.store.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where the spool's files lie, and how they are opened to be read.
 *
 * <pre>
 * owner.lock               who owns the folder
 * format.json              {"format":1}
 * entries/{16 hex}         one put, named by its place in the order
 * entries/{16 hex}.payload its payload, where it came as a file
 * rejected/                the same, of what the store refused for good; {16 hex}.why tells why
 * tmp/                     what is being written; cleared at start
 * </pre>
 *
 * Everything but the owner's changes: whoever only looks needs no more than this.
 */
final class SpoolNames {
    private static final String PAYLOAD = ".payload";
    private static final String WHY = ".why";
    private static final Pattern SEQUENCE = Pattern.compile("[0-9a-f]{16}");

    private SpoolNames() {}

    static Path entries(Path root) {
        return root.resolve("entries");
    }

    static Path rejected(Path root) {
        return root.resolve("rejected");
    }

    static Path temporary(Path root) {
        return root.resolve("tmp");
    }

    static Path format(Path root) {
        return root.resolve("format.json");
    }

    /** Sequences of the entries, in order, and of what was rejected; a payload without its entry is left out. */
    static List<Long> sequences(Path folder) throws IOException {
        List<Long> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (SEQUENCE.matcher(name).matches()) {
                    found.add(Long.parseUnsignedLong(name, 16));
                }
            }
        }
        found.sort(null);
        return found;
    }

    static Path file(Path folder, long sequence) {
        return folder.resolve(HexFormat.of().toHexDigits(sequence));
    }

    static Path payload(Path folder, long sequence) {
        return folder.resolve(HexFormat.of().toHexDigits(sequence) + PAYLOAD);
    }

    static Path why(Path folder, long sequence) {
        return folder.resolve(HexFormat.of().toHexDigits(sequence) + WHY);
    }

    /** Opens the front of an entry. */
    static EntryFormat.Front front(Path folder, long sequence) throws IOException {
        try (FileChannel file = PrivateFiles.read(file(folder, sequence))) {
            return EntryFormat.read(file);
        }
    }

    /** Opens the payload that lies with an entry; the bytes are not checked. */
    static StoredBytes openPayload(Path folder, long sequence, Head head, EntryFormat.Layout layout)
            throws IOException {
        Path file = head.outside() ? payload(folder, sequence) : file(folder, sequence);
        FileChannel channel = PrivateFiles.read(file);
        return head.outside()
                ? new RegionBytes(channel, 0, channel.size())
                : new RegionBytes(channel, layout.payloadAt(), layout.payload());
    }

    /** Bytes of a quota that files of these sizes take, in whole blocks. */
    static long cost(long... sizes) {
        long cost = 0;
        for (long size : sizes) {
            cost += (size + 4095) / 4096 * 4096;
        }
        return cost;
    }
}
