package io.surfacefs.kit;

import io.surfacefs.codec.Hashes;
import io.surfacefs.model.Digest;
import io.surfacefs.signing.Envelope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A kit and what it says that it carries. Any number of threads may read; to be closed. */
public final class Kit implements AutoCloseable {
    /** The longest index that can be signed: it has to be held whole. Some 100,000 entries. */
    public static final int MAX_SIGNED_INDEX = 64 << 20;

    private final Path place;
    private final KitSource source;
    private final boolean indexed;

    private Kit(Path place, KitSource source, boolean indexed) {
        this.place = place;
        this.source = source;
        this.indexed = indexed;
    }

    /**
     * Opens a kit.
     *
     * @param place a folder that contains {@code offline/}, or a tar file
     * @throws KitException when there is none
     */
    public static Kit open(Path place) throws IOException {
        KitSource source = KitSource.open(place);
        try {
            return new Kit(place, source, source.has(KitPaths.INDEX));
        } catch (IOException | RuntimeException e) {
            source.close();
            throw e;
        }
    }

    /** Where it lies. */
    public Path place() {
        return place;
    }

    /** Whether it has an index; one without is what its files are. */
    public boolean indexed() {
        return indexed;
    }

    KitSource source() {
        return source;
    }

    /** Entries in the order of their manifests' paths, one by one. To be closed; for one thread. */
    interface Entries extends AutoCloseable {
        /** Null at the end. */
        @Nullable KitEntry next() throws IOException;

        /** The kit's version, once the end was reached; 0 without an index. */
        long version();

        @Override
        void close() throws IOException;
    }

    /**
     * Reads its entries.
     *
     * @param problems told of a manifest that no entry can be made of, in a kit without an index
     */
    Entries entries(Consumer<KitProblem> problems) throws IOException {
        return indexed
                ? new Indexed(new IndexReader(source.file(KitPaths.INDEX).stream()))
                : new WalkedEntries(source, problems);
    }

    private record Indexed(IndexReader reader) implements Entries {
        @Override
        public @Nullable KitEntry next() throws IOException {
            return reader.next();
        }

        @Override
        public long version() {
            return reader.version();
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }

    /**
     * What names its content: the SHA-256 of the index, as the export told it; of a kit without one, of the paths and
     * digests of its manifests.
     */
    Digest digest() throws IOException {
        MessageDigest hash = Hashes.sha256();
        if (!indexed) {
            try (Entries all = entries(problem -> {})) {
                for (KitEntry entry = all.next(); entry != null; entry = all.next()) {
                    String line = entry.manifestPath() + " " + entry.manifestDigest() + "\n";
                    hash.update(line.getBytes(StandardCharsets.UTF_8));
                }
            }
            return Digest.of(hash.digest());
        }
        byte[] buffer = new byte[64 << 10];
        try (KitSource.Opened file = source.file(KitPaths.INDEX)) {
            for (int n = file.stream().read(buffer); n >= 0; n = file.stream().read(buffer)) {
                hash.update(buffer, 0, n);
            }
        }
        return Digest.of(hash.digest());
    }

    /**
     * The index, whole, as it is signed.
     *
     * @throws KitException {@code REFUSED} when it is longer than {@value #MAX_SIGNED_INDEX} bytes
     */
    byte[] index() throws IOException {
        return small(KitPaths.INDEX, MAX_SIGNED_INDEX);
    }

    /**
     * The envelope beside the index of a kit that has one, or null where it is not signed.
     *
     * @throws KitException {@code REFUSED} when it is longer than one of that index can be
     */
    byte @Nullable [] signature() throws IOException {
        if (!source.has(KitPaths.SIGNATURE)) {
            return null;
        }
        long index;
        try (KitSource.Opened file = source.file(KitPaths.INDEX)) {
            index = Math.min(file.size(), MAX_SIGNED_INDEX);
        }
        return small(KitPaths.SIGNATURE, Envelope.maxBytes(index));
    }

    private byte[] small(String path, long most) throws IOException {
        try (KitSource.Opened file = source.file(path)) {
            return file.whole(
                    path, most, "no signature of more can be made or checked: export less, by kind, image or scan");
        }
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
