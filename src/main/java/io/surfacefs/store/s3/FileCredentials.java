package io.surfacefs.store.s3;

import io.surfacefs.store.StoreFault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * Credentials from two mounted files, read again within some seconds of a change, so that a rotated secret needs no
 * restart. Thread-safe.
 */
final class FileCredentials implements AwsCredentialsProvider {
    static final String KEY_ID = "s3-access-key-id";
    static final String SECRET = "s3-secret-access-key";
    private static final long LOOK_AGAIN_NANOS = 5_000_000_000L;

    private record Read(AwsCredentials credentials, long at) {}

    private final Path folder;
    private final AtomicReference<Read> last = new AtomicReference<>();

    FileCredentials(Path folder) {
        this.folder = folder;
    }

    @Override
    public AwsCredentials resolveCredentials() {
        Read read = last.get();
        if (read == null || System.nanoTime() - read.at > LOOK_AGAIN_NANOS) {
            read = new Read(AwsBasicCredentials.create(secret(KEY_ID), secret(SECRET)), System.nanoTime());
            last.set(read);
        }
        return read.credentials;
    }

    private String secret(String name) {
        try {
            String value = Files.readString(folder.resolve(name), StandardCharsets.UTF_8)
                    .strip();
            if (value.isEmpty()) {
                throw missing(name, null);
            }
            return value;
        } catch (NoSuchFileException e) {
            throw missing(name, e);
        } catch (IOException e) {
            throw new StoreFault(
                    StoreFault.Reason.NO_CREDENTIALS,
                    "let this user read the file " + name + " of surface.secrets.dir",
                    e);
        }
    }

    private static StoreFault missing(String name, @org.jspecify.annotations.Nullable IOException cause) {
        return new StoreFault(
                StoreFault.Reason.NO_CREDENTIALS, "put the file " + name + " into surface.secrets.dir", cause);
    }
}
