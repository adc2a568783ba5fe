package io.surfacefs.kit;

import java.util.Arrays;

/** Paths that were seen, by 64 bits of a hash of each: 8 bytes a path. Filled, frozen, then asked. */
final class PathSet {
    private static final long OFFSET = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private long[] hashes = new long[1024];
    private int size;

    void add(String path) {
        if (size == hashes.length) {
            hashes = Arrays.copyOf(hashes, Math.multiplyExact(size, 2));
        }
        hashes[size++] = hash(path);
    }

    void freeze() {
        Arrays.sort(hashes, 0, size);
    }

    boolean contains(String path) {
        return Arrays.binarySearch(hashes, 0, size, hash(path)) >= 0;
    }

    /** FNV-1a. */
    private static long hash(String path) {
        long hash = OFFSET;
        for (int i = 0; i < path.length(); i++) {
            hash = (hash ^ path.charAt(i)) * PRIME;
        }
        return hash;
    }
}
