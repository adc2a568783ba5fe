package io.surfacefs.store;

import io.surfacefs.codec.HeapBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Objects in memory, each single change atomic and a step of its own, as with S3: what lies between two steps can
 * interleave.
 */
public class MemoryBlobStore implements BlobStore {
    private record Blob(byte[] bytes, long version, Instant modified) {}

    private final TreeMap<String, Blob> blobs = new TreeMap<>();
    private final Clock clock;
    private long versions;

    public MemoryBlobStore(Clock clock) {
        this.clock = clock;
    }

    /** Before each single step. */
    protected void step() {}

    private static String name(BlobKey key) {
        return key.bucket() + "/" + key.name();
    }

    private synchronized @Nullable Blob get(BlobKey key) {
        return blobs.get(name(key));
    }

    /** Looks without a step, for whoever checks from outside. */
    public byte @Nullable [] peek(BlobKey key) {
        Blob blob = get(key);
        return blob == null ? null : blob.bytes;
    }

    /** Names without a step. */
    public synchronized List<String> names(BlobKey.Bucket bucket) {
        return blobs.keySet().stream()
                .filter(n -> n.startsWith(bucket + "/"))
                .map(n -> n.substring(bucket.name().length() + 1))
                .toList();
    }

    /** Changes an object behind everybody's back. */
    public synchronized void damage(BlobKey key, double at) {
        Blob blob = blobs.get(name(key));
        byte[] bytes = blob.bytes.clone();
        bytes[(int) (bytes.length * at)] ^= 1;
        blobs.put(name(key), new Blob(bytes, ++versions, blob.modified));
    }

    @Override
    public @Nullable Head head(BlobKey key) {
        step();
        Blob blob = get(key);
        return blob == null ? null : head(blob);
    }

    private static Head head(Blob blob) {
        return new Head(blob.bytes.length, Long.toString(blob.version), blob.modified);
    }

    @Override
    public @Nullable Opened open(BlobKey key, long size) {
        step();
        Blob blob = get(key);
        return blob == null ? null : new Opened(new HeapBytes(blob.bytes), head(blob));
    }

    @Override
    public @Nullable Content read(BlobKey key, int maxBytes) {
        step();
        Blob blob = get(key);
        return blob == null ? null : new Content(blob.bytes, head(blob));
    }

    @Override
    public PutResult putAllIfAbsent(List<Put> puts) {
        boolean first = false;
        boolean created = false;
        for (int i = 0; i < puts.size(); i++) {
            step();
            byte[] bytes = bytes(puts.get(i).source());
            synchronized (this) {
                Blob there = blobs.putIfAbsent(name(puts.get(i).key()), new Blob(bytes, ++versions, clock.instant()));
                if (there != null && !Arrays.equals(there.bytes, bytes)) {
                    return new PutResult(i, first, created);
                }
                created = there == null;
                first |= created && i == 0;
            }
        }
        return new PutResult(puts.size(), first, created);
    }

    private static byte[] bytes(BlobSource source) {
        try {
            return switch (source) {
                case BlobSource.Bytes bytes -> bytes.bytes();
                case BlobSource.LocalFile file -> Files.readAllBytes(file.file());
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean replace(BlobKey key, @Nullable String expectedTag, BlobSource source) {
        step();
        synchronized (this) {
            Blob there = blobs.get(name(key));
            if (expectedTag != null && (there == null || !expectedTag.equals(Long.toString(there.version)))) {
                return false;
            }
            blobs.put(name(key), new Blob(bytes(source), ++versions, clock.instant()));
            return true;
        }
    }

    @Override
    public boolean delete(BlobKey key, @Nullable String expectedTag) {
        step();
        synchronized (this) {
            Blob there = blobs.get(name(key));
            if (there == null || (expectedTag != null && !expectedTag.equals(Long.toString(there.version)))) {
                return false;
            }
            blobs.remove(name(key));
            return true;
        }
    }

    @Override
    public synchronized Names list(BlobKey.Bucket bucket, String prefix, String after, boolean delimiter, int limit) {
        List<String> names = new ArrayList<>();
        for (String name : names(bucket)) {
            if (!name.startsWith(prefix)) {
                continue;
            }
            int slash = name.indexOf('/', prefix.length());
            String shown = delimiter && slash >= 0 ? name.substring(0, slash + 1) : name;
            if (shown.compareTo(after) > 0
                    && (names.isEmpty() || !names.getLast().equals(shown))) {
                names.add(shown);
            }
        }
        boolean more = names.size() > limit;
        return new Names(more ? names.subList(0, limit) : names, more);
    }

    @Override
    public void close() {}
}
