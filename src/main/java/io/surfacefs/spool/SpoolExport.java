package io.surfacefs.spool;

import io.surfacefs.codec.CanonicalJson;
import io.surfacefs.codec.Hashes;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.codec.SignedForm;
import io.surfacefs.codec.StoredBytes;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.SurfaceException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Copies entries into the folders of a kit. What two puts of one artefact brought is not mixed: they may have been
 * encoded differently, and then the manifest of one doesn't describe the payload of the other. One thread at a time;
 * memory for one manifest and the keys that were copied.
 */
final class SpoolExport {
    private static final String KIT = "offline/surface/";
    private static final ManifestCodec CODEC = new ManifestCodec(64 << 20);
    private static final int PIECE = 128 * 1024;
    private static final int MAX_MANIFEST = 64 << 20;

    /** What became of an entry. */
    enum Copied {
        /** What it brought is in the target, or an earlier put of the same artefact is. */
        DONE,
        /** It isn't what it should be, or is no match for what is there of its key. */
        LEFT,
        /** It is for the other round. */
        NOT_YET
    }

    private final Path target;
    private final Set<SpoolKey> whole = new HashSet<>();

    SpoolExport(Path target) {
        this.target = target;
    }

    /**
     * Copies an entry.
     *
     * @param wholes true: only what needs nothing besides itself, which must come first; false: only the rest
     */
    Copied copy(Path from, long sequence, boolean wholes) throws IOException {
        EntryFormat.Front front;
        try {
            front = SpoolNames.front(from, sequence);
        } catch (SurfaceException e) {
            return wholes ? Copied.LEFT : Copied.NOT_YET; // told once
        }
        if (isWhole(front) != wholes) {
            return Copied.NOT_YET;
        }
        try {
            return copy(from, sequence, front) ? Copied.DONE : Copied.LEFT;
        } catch (SurfaceException | NoSuchFileException e) {
            return Copied.LEFT;
        }
    }

    private static boolean isWhole(EntryFormat.Front front) {
        return switch (front.head().op()) {
            case COMMIT -> front.head().payload() != null;
            case SCAN, CACHE -> true;
            case STAGE -> false;
        };
    }

    /** Whether what the entry brought is in the target now. */
    private boolean copy(Path from, long sequence, EntryFormat.Front front) throws IOException {
        SpoolKey key = front.head().key();
        if (whole.contains(key)) {
            return true;
        }
        String name = key.tenant() + "/" + key.name() + "/" + key.digest().hex();
        Path manifest = target.resolve(KIT + "manifests/tenants/" + name + ".json");
        Path payload = target.resolve(KIT + "payloads/tenants/" + name + ".json.zst");
        switch (front.head().op()) {
            case CACHE -> {
                String memo =
                        key.name() + "/" + key.tenant() + "/" + key.digest().hex();
                copyPayload(from, sequence, front, target.resolve("cache/" + memo + ".zst"));
            }
            case SCAN -> copyScan(front, manifest);
            case COMMIT -> {
                return copyCommit(from, sequence, front, manifest, payload);
            }
            case STAGE -> {
                if (Files.exists(manifest) && !stored(front).equals(described(Files.readAllBytes(manifest)))) {
                    return false;
                }
                copyPayload(from, sequence, front, payload);
            }
        }
        return true;
    }

    /** A scan manifest, and the envelope beside it where it is signed. */
    private static void copyScan(EntryFormat.Front front, Path file) throws IOException {
        String beside = front.head().signatures();
        if (beside != null) {
            ScanManifest manifest = CODEC.readScan(
                            front.manifest(), front.head().key().artefact())
                    .withSignatures(beside.getBytes(StandardCharsets.UTF_8));
            byte[] envelope = Objects.requireNonNull(SignedForm.envelope(manifest));
            writeWhole(file.resolveSibling(file.getFileName() + ".dsse"), out -> out.write(envelope));
        }
        writeWhole(file, out -> out.write(front.manifest()));
    }

    private boolean copyCommit(Path from, long sequence, EntryFormat.Front front, Path manifest, Path payload)
            throws IOException {
        if (front.head().payload() != null) {
            if (Files.exists(manifest) && !stored(front).equals(described(Files.readAllBytes(manifest)))) {
                readPayload(from, sequence, front, OutputStream.nullOutputStream());
                Files.delete(manifest); // an earlier export left it, beside another payload
            }
            copyPayload(from, sequence, front, payload);
            whole.add(front.head().key());
        } else if (Files.exists(payload) && !digestOf(payload).equals(described(front.manifest()))) {
            return false;
        }
        writeWhole(manifest, out -> out.write(front.manifest()));
        return true;
    }

    private static Digest stored(EntryFormat.Front front) {
        return Objects.requireNonNull(front.head().payload()).storedDigest();
    }

    /** The digest of the stored bytes that a manifest describes; null when it describes none. */
    private static @Nullable Digest described(byte[] manifest) {
        Object storage = CanonicalJson.parseObject(manifest, MAX_MANIFEST).get("storage");
        return storage instanceof Map<?, ?> members && members.get("sha256") instanceof String sha256
                ? Digest.parse(sha256)
                : null;
    }

    private static Digest digestOf(Path file) throws IOException {
        MessageDigest digest = Hashes.sha256();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] piece = new byte[PIECE];
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                digest.update(piece, 0, n);
            }
        }
        return Digest.of(digest.digest());
    }

    private static void copyPayload(Path from, long sequence, EntryFormat.Front front, Path file) throws IOException {
        writeWhole(file, out -> readPayload(from, sequence, front, out));
    }

    /** @throws SurfaceException {@code CORRUPT_OBJECT} when the payload isn't what it should be */
    private static void readPayload(Path from, long sequence, EntryFormat.Front front, OutputStream out)
            throws IOException {
        MessageDigest digest = Hashes.sha256();
        try (StoredBytes bytes = SpoolNames.openPayload(from, sequence, front.head(), front.layout())) {
            byte[] piece = new byte[PIECE];
            for (long at = 0; at < bytes.size(); ) {
                int n = bytes.read(at, piece, 0, piece.length);
                if (n < 0) {
                    throw new EOFException("the payload ends early");
                }
                digest.update(piece, 0, n);
                out.write(piece, 0, n);
                at += n;
            }
        }
        if (!Digest.of(digest.digest()).equals(stored(front))) {
            throw new SurfaceException(ErrorCode.CORRUPT_OBJECT, "the payload is damaged");
        }
    }

    private interface Writer {
        void write(OutputStream out) throws IOException;
    }

    /** The file is there whole or not at all, and survives a loss of power when this returns. */
    private static void writeWhole(Path file, Writer writer) throws IOException {
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Path writing = file.resolveSibling("." + file.getFileName() + ".part");
        boolean written = false;
        try {
            try (FileChannel channel = FileChannel.open(
                    writing,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                writer.write(Channels.newOutputStream(channel));
                channel.force(true);
            }
            Files.move(writing, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            written = true;
            try (FileChannel folder = FileChannel.open(Objects.requireNonNull(file.getParent()))) {
                folder.force(true);
            }
        } finally {
            if (!written) {
                Files.deleteIfExists(writing);
            }
        }
    }
}
