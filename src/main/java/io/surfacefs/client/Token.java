package io.surfacefs.client;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A bearer token in a file that somebody else renews. */
record Token(@Nullable Path file) {
    private static final long MAX_BYTES = 64 * 1024;

    /** The value of the {@code Authorization} header, read anew each time. */
    Optional<String> authorization() {
        if (file == null) {
            return Optional.empty();
        }
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw unusable("is too long");
            }
            String token = Files.readString(file).strip();
            if (token.isEmpty() || token.chars().anyMatch(c -> c <= 0x20 || c >= 0x7f)) {
                throw unusable("holds no bearer token");
            }
            return Optional.of("Bearer " + token);
        } catch (IOException e) {
            throw unusable("can't be read");
        }
    }

    private SurfaceException unusable(String why) {
        return new SurfaceException(
                ErrorCode.INVALID_ARGUMENT,
                "the token file " + file + " " + why,
                "one line, the token and nothing else");
    }
}
