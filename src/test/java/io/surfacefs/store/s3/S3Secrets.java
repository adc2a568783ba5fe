package io.surfacefs.store.s3;

import io.surfacefs.it.Versitygw;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The tests' keys as mounted files. */
final class S3Secrets {
    private static final Path FOLDER = write(Versitygw.ACCESS_KEY, Versitygw.SECRET_KEY);

    private S3Secrets() {}

    static Path folder() {
        return FOLDER;
    }

    static Path write(String id, String secret) {
        try {
            Path folder = Files.createTempDirectory("s3-secrets-");
            Files.writeString(folder.resolve(FileCredentials.KEY_ID), id + "\n");
            Files.writeString(folder.resolve(FileCredentials.SECRET), secret + "\n");
            folder.toFile().deleteOnExit();
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
