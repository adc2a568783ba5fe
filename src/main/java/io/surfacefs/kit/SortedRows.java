package io.surfacefs.kit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a few numbers each: filled, sorted by their columns from the first on, then looked up. Up to 4 MiB are held
 * in memory; what is more is sorted part by part into a temporary file, and the parts merged, so that memory stays
 * bounded whatever the number of rows (8 bytes for each 512 of them are held besides). Filled by one thread, then asked
 * by any number; to be closed.
 */
final class SortedRows implements AutoCloseable {
    private static final int IN_MEMORY = 512 << 10;
    /** Rows that are read at a time. */
    private static final int BLOCK = 512;

    private final int width;
    private final int most;
    private final List<Long> parts = new ArrayList<>();
    private long[] rows;
    private int filled;
    private @Nullable Scratch file;
    private long size;
    /** The first column of each block's first row. */
    private long[] begins = new long[0];

    /** @param width numbers of a row */
    SortedRows(int width) {
        this(width, IN_MEMORY / width);
    }

    /** @param most rows that are held in memory */
    SortedRows(int width, int most) {
        this.width = width;
        this.most = most;
        this.rows = new long[Math.min(most, 1024) * width];
    }

    /** Adds a row, as many numbers as each has. */
    void add(long... row) throws IOException {
        if (filled == most) {
            spill();
        }
        if ((filled + 1) * width > rows.length) {
            rows = Arrays.copyOf(rows, Math.min(most * width, rows.length * 2));
        }
        System.arraycopy(row, 0, rows, filled++ * width, width);
        size++;
    }

    private void spill() throws IOException {
        sort();
        Scratch out = file == null ? new Scratch(0) : file;
        file = out;
        parts.add(out.size() / Long.BYTES / width);
        for (int at = 0; at < filled; at += BLOCK) {
            out.append(bytes(rows, at * width, Math.min(filled, at + BLOCK) * width));
        }
        filled = 0;
    }

    private static byte[] bytes(long[] numbers, int from, int to) {
        ByteBuffer bytes = ByteBuffer.allocate((to - from) * Long.BYTES);
        bytes.asLongBuffer().put(numbers, from, to - from);
        return bytes.array();
    }

    /** Rows that were added. */
    long size() {
        return size;
    }

    /** Ends the filling. */
    void freeze() throws IOException {
        if (file == null) {
            sort();
            return;
        }
        spill();
        rows = new long[0];
        try (Scratch runs = file) {
            runs.flush();
            file = new Scratch(0);
            merge(runs, file);
        }
    }

    private void merge(Scratch runs, Scratch merged) throws IOException {
        PriorityQueue<Run> queue = new PriorityQueue<>(this::compareRuns);
        for (int i = 0; i < parts.size(); i++) {
            queue.add(new Run(runs, parts.get(i), i + 1 < parts.size() ? parts.get(i + 1) : size));
        }
        begins = new long[Math.toIntExact((size + BLOCK - 1) / BLOCK)];
        for (long row = 0; row < size; row++) {
            Run least = queue.remove();
            if (row % BLOCK == 0) {
                begins[(int) (row / BLOCK)] = least.block[least.at];
            }
            merged.append(bytes(least.block, least.at, least.at + width));
            if (least.next()) {
                queue.add(least);
            }
        }
        merged.flush();
    }

    private int compareRuns(Run a, Run b) {
        return Arrays.compare(a.block, a.at, a.at + width, b.block, b.at, b.at + width);
    }

    /** A sorted part of a file, read from its begin to its end. */
    private final class Run {
        private final Scratch from;
        private final long end;
        private long next;
        private long[] block = new long[0];
        private int at;

        Run(Scratch from, long begin, long end) throws IOException {
            this.from = from;
            this.next = begin;
            this.end = end;
            next();
        }

        /** Goes to the next row; false at the end. */
        boolean next() throws IOException {
            at += width;
            if (at < block.length) {
                return true;
            }
            if (next == end) {
                return false;
            }
            int n = (int) Math.min(BLOCK, end - next);
            block = numbers(from, next, n);
            next += n;
            at = 0;
            return true;
        }
    }

    private long[] numbers(Scratch from, long row, int count) throws IOException {
        long[] numbers = new long[count * width];
        ByteBuffer.wrap(from.read(row * width * Long.BYTES, numbers.length * Long.BYTES))
                .asLongBuffer()
                .get(numbers);
        return numbers;
    }

    /** All rows that begin with a number, one behind another, in their order. */
    long[] of(long first) throws IOException {
        if (file == null) {
            return matches(rows, filled, lowerBound(rows, filled, first), first);
        }
        int block = Arrays.binarySearch(begins, first);
        while (block > 0 && begins[block - 1] == first) {
            block--;
        }
        // Rows that begin with it may begin within the block before.
        block = Math.max(0, (block < 0 ? -block - 1 : block) - 1);
        long[] found = new long[0];
        for (; block < begins.length && begins[block] <= first; block++) {
            long[] read = block(block);
            int n = read.length / width;
            long[] more = matches(read, n, lowerBound(read, n, first), first);
            int had = found.length;
            found = had == 0 ? more : Arrays.copyOf(found, had + more.length);
            if (had > 0) {
                System.arraycopy(more, 0, found, had, more.length);
            }
        }
        return found;
    }

    private long[] block(int block) throws IOException {
        long row = (long) block * BLOCK;
        if (file == null) {
            return Arrays.copyOfRange(rows, (int) row * width, (int) Math.min(size, row + BLOCK) * width);
        }
        return numbers(file, row, (int) Math.min(BLOCK, size - row));
    }

    private long[] matches(long[] all, int count, int from, long first) {
        int to = from;
        while (to < count && all[to * width] == first) {
            to++;
        }
        return Arrays.copyOfRange(all, from * width, to * width);
    }

    /** The first of so many sorted rows that doesn't begin with less. */
    private int lowerBound(long[] all, int count, long first) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (all[middle * width] < first) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The rows in their order, for one thread. */
    final class Cursor {
        private long row;
        private long[] block = new long[0];

        /** The next row, or null at the end. */
        long @Nullable [] next() throws IOException {
            if (row == size) {
                return null;
            }
            int at = (int) (row % BLOCK);
            if (at == 0) {
                block = block((int) (row / BLOCK));
            }
            row++;
            return Arrays.copyOfRange(block, at * width, (at + 1) * width);
        }
    }

    /** Sorts what is in memory: in its place, and in no more steps for rows that somebody chose. */
    private void sort() {
        for (int root = filled / 2 - 1; root >= 0; root--) {
            sink(root, filled);
        }
        for (int last = filled - 1; last > 0; last--) {
            swap(0, last);
            sink(0, last);
        }
    }

    private void sink(int from, int count) {
        int root = from;
        while (2 * root + 1 < count) {
            int child = 2 * root + 1;
            if (child + 1 < count && compare(child, child + 1) < 0) {
                child++;
            }
            if (compare(root, child) >= 0) {
                return;
            }
            swap(root, child);
            root = child;
        }
    }

    private int compare(int a, int b) {
        return Arrays.compare(rows, a * width, (a + 1) * width, rows, b * width, (b + 1) * width);
    }

    private void swap(int a, int b) {
        for (int i = 0; i < width; i++) {
            long kept = rows[a * width + i];
            rows[a * width + i] = rows[b * width + i];
            rows[b * width + i] = kept;
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
