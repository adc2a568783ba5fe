package io.surfacefs.store.s3;

import io.surfacefs.it.Versitygw;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** Objects on a real server. */
@Tag("versitygw")
class VersitygwBlobsIT extends S3RaceContract {
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
