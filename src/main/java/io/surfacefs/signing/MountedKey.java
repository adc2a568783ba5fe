package io.surfacefs.signing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A private key in a mounted file, read again within a second of a change, so that a new one needs no restart.
 * Thread-safe.
 */
public final class MountedKey {
    private final ReadAgain<SigningKey> key;

    private MountedKey(ReadAgain<SigningKey> key) {
        this.key = key;
    }

    /**
     * Reads the key.
     *
     * @param file PKCS#8 in PEM, not encrypted
     * @param id what it is called where it is trusted; null for its file's name without {@code .pem}
     * @param failed told, once a second at most, why a file that was exchanged can't be used; the last key goes on
     * @throws IOException whose message ends a sentence that begins with the file, and quotes nothing of it
     */
    public static MountedKey open(Path file, @Nullable String id, Consumer<IOException> failed) throws IOException {
        return open(file, id, failed, System::nanoTime);
    }

    static MountedKey open(Path file, @Nullable String id, Consumer<IOException> failed, LongSupplier nanos)
            throws IOException {
        return new MountedKey(new ReadAgain<>(
                new ReadAgain.Files<>() {
                    @Override
                    public String stamp() throws IOException {
                        return TrustedKeys.stamp(file);
                    }

                    @Override
                    public SigningKey read() throws IOException {
                        if (!Files.isRegularFile(file)) {
                            throw new IOException("is no file");
                        }
                        return SigningKey.read(file, id == null ? TrustedKeys.name(file) : id);
                    }
                },
                nanos,
                failed));
    }

    /** The key, as the file had it a second ago at most. */
    public SigningKey get() {
        return key.get();
    }
}
