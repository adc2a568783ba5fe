package io.surfacefs.kit;

import io.surfacefs.client.SurfaceClient;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.IndexEntry;
import io.surfacefs.model.Kind;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.Tenant;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Under which images and scans a tenant's artefacts are found, as its index has it. Memory is bounded, whatever the
 * number of entries: what is more lies in temporary files. For one thread; to be closed.
 */
final class FoundUnder implements AutoCloseable {
    private static final int TEXTS_IN_MEMORY = 4 << 20;
    /** Columns: hash of the key, where the text of the image or scan begins, its length. */
    private static final int WIDTH = 3;

    private static final byte IMAGE = 'i';

    private final PathHash hash = new PathHash();
    private final SortedRows rows = new SortedRows(WIDTH);
    /** An {@code i} or {@code s}, and the image or scan: once for the entries that follow each other. */
    private final Scratch texts = new Scratch(TEXTS_IN_MEMORY);

    private byte[] last = new byte[0];
    private long lastAt;

    private FoundUnder() {}

    static FoundUnder read(SurfaceClient client, Tenant tenant, @Nullable Kind only) throws IOException {
        FoundUnder found = new FoundUnder();
        boolean read = false;
        try {
            String after = "";
            while (after != null) {
                SurfaceClient.IndexPage page = client.index(tenant, after);
                for (IndexEntry entry : page.entries()) {
                    if (only == null || only.equals(entry.key().kind())) {
                        found.add(entry);
                    }
                }
                after = page.next();
            }
            found.rows.freeze();
            found.texts.flush();
            read = true;
            return found;
        } finally {
            if (!read) {
                found.close();
            }
        }
    }

    private void add(IndexEntry entry) throws IOException {
        String text = entry.image() != null
                ? "i" + entry.image()
                : "s" + Objects.requireNonNull(entry.scan()).value();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (!Arrays.equals(bytes, last)) {
            last = bytes;
            lastAt = texts.append(bytes);
        }
        rows.add(hash.of(entry.key().toString()), lastAt, bytes.length);
    }

    /** The images and scans of one artefact, sorted. */
    record Names(List<Digest> images, List<ScanId> scans) {}

    /**
     * Where an artefact is found.
     *
     * @param image of the manifest's own source, which counts too
     * @param scan of the manifest's own source, which counts too
     */
    Names of(ArtefactKey key, @Nullable String image, @Nullable String scan) throws IOException {
        SortedSet<Digest> images = new TreeSet<>();
        SortedSet<String> scans = new TreeSet<>();
        if (image != null) {
            images.add(Digest.parse(image));
        }
        if (scan != null) {
            scans.add(scan);
        }
        long[] found = rows.of(hash.of(key.toString()));
        for (int row = 0; row < found.length; row += WIDTH) {
            byte[] text = texts.read(found[row + 1], (int) found[row + 2]);
            String value = StandardCharsets.UTF_8
                    .decode(ByteBuffer.wrap(text, 1, text.length - 1))
                    .toString();
            if (text[0] == IMAGE) {
                images.add(Digest.parse(value));
            } else {
                scans.add(value);
            }
        }
        return new Names(List.copyOf(images), scans.stream().map(ScanId::new).toList());
    }

    @Override
    public void close() throws IOException {
        try (rows) {
            texts.close();
        }
    }
}
