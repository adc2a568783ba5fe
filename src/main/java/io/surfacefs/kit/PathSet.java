package io.surfacefs.kit;

import java.io.IOException;

/** Paths that were seen, by a hash of each. Filled, frozen, then asked; memory is bounded. To be closed. */
final class PathSet implements AutoCloseable {
    private final PathHash hash = new PathHash();
    private final SortedRows hashes = new SortedRows(1);

    void add(String path) throws IOException {
        hashes.add(hash.of(path));
    }

    void freeze() throws IOException {
        hashes.freeze();
    }

    boolean contains(String path) throws IOException {
        return hashes.of(hash.of(path)).length > 0;
    }

    @Override
    public void close() throws IOException {
        hashes.close();
    }
}
