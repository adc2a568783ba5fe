package io.surfacefs.store.s3;

import io.surfacefs.grpc.InJvmServer;
import io.surfacefs.it.Versitygw;
import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.TestArtefacts;
import io.surfacefs.store.upstream.UpstreamSettings;
import io.surfacefs.store.upstream.UpstreamStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** The contract through the whole chain: an upstream, whose store is a bucket on a real server. */
@Tag("versitygw")
class ChainStoreContractIT extends S3StoreContract {
    @TempDir
    static Path folder;

    private static Versitygw server;

    private ArtefactStore behind;
    private InJvmServer upstream;

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

    @Override
    protected ArtefactStore open() {
        behind = super.open();
        try {
            upstream = InJvmServer.start(behind, Files.createTempDirectory(folder, "intake"), clock);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        UpstreamSettings.Limits patient =
                new UpstreamSettings.Limits(Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(60));
        return new UpstreamStore(
                new UpstreamSettings(upstream.endpoint(), null, null, null, true, patient),
                TestArtefacts.CODEC,
                TestArtefacts.VERIFIER,
                Events.NONE);
    }

    @Override
    protected ArtefactStore innermost() {
        return behind;
    }

    @AfterEach
    void closeUpstream() {
        upstream.close();
        behind.close();
    }
}
