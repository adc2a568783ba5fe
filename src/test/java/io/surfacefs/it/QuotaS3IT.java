package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two servers over the same buckets, and a tenant that may store 100 KiB on both together. */
@Tag("versitygw")
class QuotaS3IT {
    private static final String KIND = "runtime.delta";

    @TempDir
    Path folder;

    private SurfaceProcess server(String home, Versitygw s3) {
        return SurfaceProcess.server(folder.resolve(home))
                .env("SURFACE_STORE_TYPE", "s3")
                .env("SURFACE_STORE_ENDPOINT", s3.endpoint().toString())
                .env("SURFACE_CACHE_TYPE", "none")
                .env("SURFACE_STORE_ATTEMPT_TIMEOUT", "30s")
                .env("SURFACE_STORE_TIMEOUT", "60s")
                .env("SURFACE_RETENTION_DELETE", "any")
                .env("SURFACE_STORE_GRACE", "1s")
                .env("SURFACE_TENANTS__ACME__QUOTA", "100K")
                .env("AWS_ACCESS_KEY_ID", Versitygw.ACCESS_KEY)
                .env("AWS_SECRET_ACCESS_KEY", Versitygw.SECRET_KEY)
                .start();
    }

    @Test
    void whatOneTookTheOtherHasNotAndADropMakesRoomForBoth() throws IOException {
        byte[] half = Rest.noise(60_000, 1);
        byte[] otherHalf = Rest.noise(60_000, 2);
        try (Versitygw s3 = SpoolProbe.s3(folder.resolve("s3"));
                SurfaceProcess first = server("first", s3);
                SurfaceProcess second = server("second", s3);
                Rest one = new Rest(first);
                Rest two = new Rest(second)) {
            assertEquals(201, one.put(KIND, half).status());
            assertEquals("507 QUOTA_EXCEEDED", two.put(KIND, otherHalf).summary());
            assertEquals("507 QUOTA_EXCEEDED", one.put(KIND, otherHalf).summary());
            assertEquals(200, two.put(KIND, half).status());
            assertEquals(201, two.put(KIND, Rest.noise(10_000, 3)).status());
            first.kill9();
            first.restart();
            assertEquals("507 QUOTA_EXCEEDED", one.put(KIND, otherHalf).summary());
            assertEquals(204, two.delete(KIND, Rest.digest(half)).status());
            Patience.until(
                    () -> {
                        try {
                            return two.send("POST", "/api/v1/admin/gc", new byte[0])
                                    .text()
                                    .contains("\"dropped\":1");
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    },
                    second::output);
            assertEquals(201, one.put(KIND, otherHalf).status());
            assertEquals("507 QUOTA_EXCEEDED", two.put(KIND, half).summary());
        }
    }
}
