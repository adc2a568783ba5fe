package io.surfacefs.client;

import io.surfacefs.it.SurfaceProcess;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The client of the program under test, over gRPC. */
class GrpcClientIT extends SurfaceClientContract {
    @TempDir
    static Path folder;

    private static SurfaceProcess server;
    private static SurfaceClient client;

    @BeforeAll
    static void start() {
        server = SurfaceProcess.server(folder.resolve("home"))
                .env("SURFACE_RETENTION_DELETE", "any")
                .start();
        client = RemoteSurface.client(URI.create("grpc://127.0.0.1:" + server.grpcPort()), Credentials.NONE);
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    @Override
    SurfaceClient client() {
        return client;
    }
}
