package io.surfacefs.store.s3;

import io.surfacefs.it.Versitygw;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** Quotas on a real server. */
@Tag("versitygw")
class VersitygwQuotaIT extends S3QuotaContract {
    @TempDir
    static Path folder;

    private static Versitygw server;

    @BeforeAll
    static void start() {
        server = Versitygw.start(folder.resolve("s3"));
        server.makeBucket("one-bucket");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Override
    URI endpoint() {
        return server.endpoint();
    }
}
