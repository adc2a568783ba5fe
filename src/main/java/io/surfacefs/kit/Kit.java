package io.surfacefs.kit;

import io.surfacefs.model.ArtefactKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
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
        return indexed ? new Indexed(new IndexReader(source.file(KitPaths.INDEX).stream())) : walked(problems);
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

    private Entries walked(Consumer<KitProblem> problems) throws IOException {
        List<String> manifests = new ArrayList<>();
        source.walk(
                path -> {
                    if (KitPaths.manifestKey(path) != null) {
                        manifests.add(path);
                    }
                },
                refused -> {});
        Collections.sort(manifests);
        return new Walked(manifests, problems);
    }

    /** Entries as the files tell them. */
    private final class Walked implements Entries {
        private final List<String> manifests;
        private final Consumer<KitProblem> problems;
        private int at;

        Walked(List<String> manifests, Consumer<KitProblem> problems) {
            this.manifests = manifests;
            this.problems = problems;
        }

        @Override
        public @Nullable KitEntry next() throws IOException {
            while (at < manifests.size()) {
                String path = manifests.get(at++);
                ArtefactKey key = Objects.requireNonNull(KitPaths.manifestKey(path));
                try {
                    return EntryFiles.ofManifest(source, key);
                } catch (KitException e) {
                    problems.accept(new KitProblem(path, e.fault(), String.valueOf(e.getMessage())));
                }
            }
            return null;
        }

        @Override
        public long version() {
            return 0;
        }

        @Override
        public void close() {}
    }

    /**
     * The index, whole, as it is signed.
     *
     * @throws KitException {@code REFUSED} when it is longer than {@value #MAX_SIGNED_INDEX} bytes
     */
    byte[] index() throws IOException {
        return small(KitPaths.INDEX, MAX_SIGNED_INDEX);
    }

    /** The envelope beside the index, or null where it is not signed. */
    byte @Nullable [] signature() throws IOException {
        return source.has(KitPaths.SIGNATURE) ? small(KitPaths.SIGNATURE, MAX_SIGNED_INDEX / 3 * 4 + (64 << 10)) : null;
    }

    private byte[] small(String path, int most) throws IOException {
        try (KitSource.Opened file = source.file(path)) {
            InputStream in = file.stream();
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new KitException(
                        KitFault.REFUSED,
                        path + " is longer than " + most + " bytes, so no signature can be made or checked",
                        "export less at a time, by kind, image or scan",
                        null);
            }
            return bytes;
        }
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
