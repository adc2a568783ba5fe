package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is told to drop what expired. */
class RetentionIT {
    private static final String KIND = "runtime.delta";

    @TempDir
    Path folder;

    @Test
    void whatExpiredGoesByItselfAndWhatLastsOrWasMadeToLastStays() throws IOException {
        try (SurfaceProcess server = SurfaceProcess.server(folder.resolve("home"))
                        .env("SURFACE_RETENTION_ENABLED", "true")
                        .env("SURFACE_RETENTION_INTERVAL", "1s")
                        .env("SURFACE_STORE_GRACE", "3s")
                        .env("SURFACE_CACHE_MANIFEST_MAX_AGE", "100ms")
                        .env("SURFACE_CACHE_LIFETIME__SBOM_FRAGMENT_", "1s")
                        .start();
                Rest rest = new Rest(server)) {
            byte[] endless = Rest.noise(3_000, 3);
            byte[] prolonged = Rest.noise(3_000, 4);
            String goes = rest.stored(KIND, Rest.noise(3_000, 1), "Surface-Ttl", "PT1S");
            String byKind = rest.stored("sbom.fragment", Rest.noise(3_000, 2));
            rest.stored(KIND, endless);
            rest.stored(KIND, prolonged, "Surface-Ttl", "PT1S");
            rest.stored(KIND, prolonged, "Surface-Ttl", "P1D");
            untilGone(rest, KIND, goes);
            untilGone(rest, "sbom.fragment", byKind);
            assertEquals("404 NOT_FOUND", rest.payload(KIND, goes).summary());
            assertArrayEquals(endless, rest.payload(KIND, Rest.digest(endless)).body());
            assertArrayEquals(
                    prolonged, rest.payload(KIND, Rest.digest(prolonged)).body());
            assertEquals(201, rest.put(KIND, Rest.noise(3_000, 1)).status());
        }
    }

    private static void untilGone(Rest rest, String kind, String digest) {
        Patience.until(
                () -> {
                    try {
                        return rest.manifest(kind, digest).status() == 404;
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                () -> digest + " is still there");
    }
}
