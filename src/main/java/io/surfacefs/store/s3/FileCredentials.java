package io.surfacefs.store.s3;

import io.surfacefs.store.StoreFault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
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

    /** How a file is read. */
    @FunctionalInterface
    interface Reader {
        String read(Path file) throws IOException;
    }

    private final Path folder;
    private final LongSupplier nanos;
    private final Reader reader;
    private final AtomicReference<Read> last = new AtomicReference<>();

    FileCredentials(Path folder) {
        this(folder, System::nanoTime, file -> Files.readString(file, StandardCharsets.UTF_8));
    }

    FileCredentials(Path folder, LongSupplier nanos, Reader reader) {
        this.folder = folder;
        this.nanos = nanos;
        this.reader = reader;
    }

    @Override
    public AwsCredentials resolveCredentials() {
        Read read = last.get();
        if (read == null || nanos.getAsLong() - read.at > LOOK_AGAIN_NANOS) {
            read = new Read(pair(), nanos.getAsLong());
            last.set(read);
        }
        return read.credentials;
    }

    /** Both of one version: the kubelet puts all files of a secret in place by one change of the link ..data. */
    private AwsCredentials pair() {
        Path before = version();
        try {
            AwsCredentials read = readFrom(before);
            Path after = version();
            return before.equals(after) ? read : readFrom(after);
        } catch (StoreFault e) {
            Path after = version();
            if (before.equals(after)) {
                throw e;
            }
            return readFrom(after); // the version that was read from is gone already
        }
    }

    private Path version() {
        try {
            return folder.resolve("..data").toRealPath();
        } catch (IOException e) {
            return folder; // plain files
        }
    }

    private AwsCredentials readFrom(Path version) {
        return AwsBasicCredentials.create(secret(version, KEY_ID), secret(version, SECRET));
    }

    private String secret(Path version, String name) {
        try {
            // A file that is mounted in another way than its neighbours has its own place.
            Path mounted = version.resolve(name);
            String value = reader.read(Files.exists(mounted) ? mounted : folder.resolve(name))
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
