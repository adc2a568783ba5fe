package io.surfacefs.ops;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The version that the build wrote down. */
public final class ProgramVersion {
    private ProgramVersion() {}

    /**
     * Reads it.
     *
     * @throws IllegalStateException when it is not in this build
     */
    public static String read() {
        try (var in = ProgramVersion.class.getResourceAsStream("/surface-fs-version.txt")) {
            if (in == null) {
                throw new IllegalStateException("surface-fs-version.txt is not in this build");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
