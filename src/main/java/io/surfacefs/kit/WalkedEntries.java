package io.surfacefs.kit;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Tenant;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The entries of a kit without an index, as its files tell them, in the order that an index would have. */
final class WalkedEntries implements Kit.Entries {
    /** Pairs of a tenant and a kind. */
    private static final int MAX_FOLDERS = 100_000;
    /** Columns: which pair, and the digest. */
    private static final int WIDTH = 5;

    private static final int DIGEST_BYTES = 32;

    private record Folder(Tenant tenant, Kind kind) {}

    private final KitSource source;
    private final Consumer<KitProblem> problems;
    private final List<Folder> folders = new ArrayList<>();
    private final SortedRows rows = new SortedRows(WIDTH);
    private final SortedRows.Cursor cursor;

    /** @param problems told of a manifest that no entry can be made of */
    WalkedEntries(KitSource source, Consumer<KitProblem> problems) throws IOException {
        this.source = source;
        this.problems = problems;
        boolean read = false;
        try {
            walk();
            read = true;
        } finally {
            if (!read) {
                rows.close();
            }
        }
        this.cursor = rows.new Cursor();
    }

    private void walk() throws IOException {
        SortedMap<String, Folder> found = new TreeMap<>();
        keys(key -> {
            found.putIfAbsent(name(key), new Folder(key.tenant(), key.kind()));
            if (found.size() > MAX_FOLDERS) {
                throw new KitException(
                        KitFault.REFUSED,
                        "the kit has no index, and more than " + MAX_FOLDERS + " folders",
                        "export it again, with an index",
                        null);
            }
        });
        Map<String, Integer> places = new HashMap<>();
        found.forEach((name, folder) -> {
            places.put(name, folders.size());
            folders.add(folder);
        });
        keys(key -> {
            Integer place = places.get(name(key));
            if (place != null) { // a folder that came since the first walk is left for the next
                ByteBuffer digest = ByteBuffer.wrap(key.digest().bytes());
                rows.add(place, unsigned(digest), unsigned(digest), unsigned(digest), unsigned(digest));
            }
        });
        rows.freeze();
    }

    /** Bytes that sort as a number as they do themselves. */
    private static long unsigned(ByteBuffer bytes) {
        return bytes.getLong() ^ Long.MIN_VALUE;
    }

    private static String name(ArtefactKey key) {
        return key.tenant() + "/" + key.kind() + "/";
    }

    private interface Keys {
        void of(ArtefactKey key) throws IOException;
    }

    private void keys(Keys told) throws IOException {
        source.walk(
                path -> {
                    ArtefactKey key = KitPaths.manifestKey(path);
                    if (key != null) {
                        told.of(key);
                    }
                },
                refused -> {});
    }

    @Override
    public @Nullable KitEntry next() throws IOException {
        for (long[] row = cursor.next(); row != null; row = cursor.next()) {
            ByteBuffer digest = ByteBuffer.allocate(DIGEST_BYTES);
            for (int i = 1; i < WIDTH; i++) {
                digest.putLong(row[i] ^ Long.MIN_VALUE);
            }
            Folder folder = folders.get((int) row[0]);
            ArtefactKey key = new ArtefactKey(folder.tenant, folder.kind, Digest.of(digest.array()));
            try {
                return EntryFiles.ofManifest(source, key);
            } catch (KitException e) {
                problems.accept(new KitProblem(KitPaths.manifest(key), e.fault(), String.valueOf(e.getMessage())));
            }
        }
        return null;
    }

    @Override
    public long version() {
        return 0;
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
