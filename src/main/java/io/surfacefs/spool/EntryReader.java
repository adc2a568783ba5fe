package io.surfacefs.spool;

import io.surfacefs.codec.Hashes;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.codec.StoredBytes;
import io.surfacefs.codec.StoredVerifier;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobSource;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads entries: what they are is checked before anything of them is given. Every method throws
 * {@link NoSuchFileException} when the entry is gone, and {@code CORRUPT_OBJECT} when it isn't what it should be, which
 * is noted at the entry. Thread-safe.
 */
final class EntryReader {
    private static final int SMALL = 64 * 1024;

    private final Path folder;
    private final ManifestCodec codec;
    private final StoredVerifier verifier;
    private final SpoolEvents events;

    EntryReader(Path folder, ManifestCodec codec, StoredVerifier verifier, SpoolEvents events) {
        this.folder = folder;
        this.codec = codec;
        this.verifier = verifier;
        this.events = events;
    }

    private interface Read<T> {
        T run() throws IOException;
    }

    private <T extends @Nullable Object> T noted(Entry entry, Read<T> read) throws IOException {
        try {
            return read.run();
        } catch (SurfaceException e) {
            if (e.code() == ErrorCode.CORRUPT_OBJECT && entry.foundDamaged() && !entry.key.cache()) {
                events.damaged(entry.key.artefact());
            }
            throw e;
        }
    }

    /** The manifest of a put that has one. */
    Manifest manifest(Entry entry) throws IOException {
        return noted(entry, () -> {
            byte[] bytes = SpoolNames.front(folder, entry.sequence).manifest();
            return entry.isCommit()
                    ? codec.readArtefact(bytes, entry.key.artefact())
                    : signed(codec.readScan(bytes, entry.key.artefact()), entry.head());
        });
    }

    private static ScanManifest signed(ScanManifest manifest, Head head) {
        String beside = head.signatures();
        return beside == null ? manifest : manifest.withSignatures(beside.getBytes(StandardCharsets.UTF_8));
    }

    /** Looks at all of an entry, whatever was seen of it before. */
    void check(Entry entry) throws IOException {
        noted(entry, () -> {
            SpoolNames.front(folder, entry.sequence);
            if (entry.hasPayload()) {
                try (StoredBytes bytes = open(entry)) {
                    verify(entry, bytes);
                }
            }
            return true;
        });
    }

    ArtefactManifest artefact(Entry entry) throws IOException {
        return (ArtefactManifest) manifest(entry);
    }

    /** The payload that lies with an entry, verified once in this process' life. Must be closed. */
    StoredBytes payload(Entry entry) throws IOException {
        return noted(entry, () -> verified(entry));
    }

    private StoredBytes open(Entry entry) throws IOException {
        try {
            return SpoolNames.openPayload(folder, entry.sequence, entry.head(), entry.layout());
        } catch (NoSuchFileException e) {
            // An entry's name goes before its payload: where it is still there the payload was lost.
            requireSound(!Files.exists(SpoolNames.file(folder, entry.sequence)));
            throw e;
        }
    }

    private StoredBytes verified(Entry entry) throws IOException {
        StoredBytes bytes = open(entry);
        boolean given = false;
        try {
            if (!entry.sound) {
                verify(entry, bytes);
                entry.sound = true;
            }
            given = true;
            return bytes;
        } finally {
            if (!given) {
                bytes.close();
            }
        }
    }

    private void verify(Entry entry, StoredBytes bytes) throws IOException {
        StoredPayload facts = Objects.requireNonNull(entry.head().payload());
        requireSound(bytes.size() == facts.storedSize()
                && verifier.storedDigest(bytes).equals(facts.storedDigest()));
    }

    private static void requireSound(boolean sound) {
        if (!sound) {
            throw new SurfaceException(ErrorCode.CORRUPT_OBJECT, "the payload of an entry of the spool is damaged");
        }
    }

    /** The payload as it was received, verified now; null where none lies with the entry. */
    ArtefactStore.@Nullable Received received(Entry entry) throws IOException {
        StoredPayload facts = entry.head().payload();
        return facts == null ? null : noted(entry, () -> received(entry, facts));
    }

    private ArtefactStore.Received received(Entry entry, StoredPayload facts) throws IOException {
        try (StoredBytes bytes = open(entry)) {
            if (bytes.size() <= SMALL && !entry.head().outside()) {
                // Hashed here: another thread would cost more.
                byte[] all = all(bytes);
                requireSound(Hashes.sha256(all).equals(facts.storedDigest()));
                return new ArtefactStore.Received(new BlobSource.Bytes(all), facts);
            }
            verify(entry, bytes);
            return new ArtefactStore.Received(
                    entry.head().outside()
                            ? new BlobSource.LocalFile(
                                    SpoolNames.payload(folder, entry.sequence), bytes.size(), facts.storedDigest())
                            : new BlobSource.Bytes(all(bytes)),
                    facts);
        }
    }

    /** The digest of the value of a cache entry, found by decoding it. */
    Digest raw(Entry entry) throws IOException {
        Digest known = entry.raw;
        if (known == null) {
            try (StoredBytes bytes = payload(entry)) {
                known = verifier.facts(bytes, MediaType.OCTET_STREAM).rawDigest();
                entry.raw = known;
            }
        }
        return known;
    }

    private static byte[] all(StoredBytes bytes) throws IOException {
        byte[] all = new byte[Math.toIntExact(bytes.size())];
        for (int at = 0; at < all.length; ) {
            int n = bytes.read(at, all, at, all.length - at);
            if (n < 0) {
                throw new EOFException("the entry ends early");
            }
            at += n;
        }
        return all;
    }
}
