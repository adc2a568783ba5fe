package io.surfacefs.client;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.wire.BearerToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A bearer token in a file that somebody else renews. */
record Token(@Nullable Path file) {
    /** The value of the {@code Authorization} header, read anew each time. */
    Optional<String> authorization() {
        if (file == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(BearerToken.authorization(file));
        } catch (IOException e) {
            throw unusable(String.valueOf(e.getMessage()));
        }
    }

    private SurfaceException unusable(String why) {
        return new SurfaceException(
                ErrorCode.INVALID_ARGUMENT,
                "the token file " + file + " " + why,
                "one line, the token and nothing else");
    }
}
