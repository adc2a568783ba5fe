package io.surfacefs.cli;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.signing.Envelope;
import io.surfacefs.signing.SigningKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What signing and verifying read. */
final class SignedFiles {
    /** The payload type of manifests. */
    static final String MANIFEST = "application/vnd.stellaops.surface.manifest+json";

    /** The longest file that is signed. */
    private static final int MAX = 16 << 20;

    /** The longest envelope: the file in base64, and what stands around it. */
    static final int MAX_ENVELOPE = Math.toIntExact(Envelope.maxBytes(MAX));

    private SignedFiles() {}

    /** A file or the standard input, whole. */
    static byte[] read(String file, Terminal terminal) throws IOException {
        return read(file, terminal, MAX);
    }

    static byte[] read(String file, Terminal terminal, int max) throws IOException {
        byte[] bytes;
        try (InputStream in = file.equals("-") ? terminal.in() : Files.newInputStream(Path.of(file))) {
            bytes = in.readNBytes(max + 1);
        }
        if (bytes.length > max) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT,
                    file + " is longer than " + max + " bytes",
                    "sign a list of digests instead");
        }
        return bytes;
    }

    /**
     * The key in a file.
     *
     * @param id what it is called where it is trusted; null for its file's name
     */
    static SigningKey key(Path file, @Nullable String id) {
        try {
            return SigningKey.read(file, id == null ? name(file) : id);
        } catch (IOException e) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "the key " + file + " " + e.getMessage(),
                    "openssl genpkey -algorithm ed25519 -out KEY makes one",
                    e);
        }
    }

    /** What a key is called by its file. */
    private static String name(Path key) {
        String name = String.valueOf(key.getFileName());
        return name.endsWith(".pem") ? name.substring(0, name.length() - ".pem".length()) : name;
    }
}
