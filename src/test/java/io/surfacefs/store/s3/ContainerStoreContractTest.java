package io.surfacefs.store.s3;

import io.surfacefs.it.Versitygw;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** The contract on a server in a container, under the name that people pull. */
@Tag("docker")
class ContainerStoreContractTest extends S3StoreContract {
    private static final int PORT = 7070;

    @TempDir
    static Path folder;

    private static GenericContainer<?> server;

    @BeforeAll
    static void start() throws IOException {
        Files.createDirectory(folder.resolve("one-bucket"));
        server = new GenericContainer<>(DockerImageName.parse("versity/versitygw:v1.8.0"))
                .withEnv("ROOT_ACCESS_KEY", Versitygw.ACCESS_KEY)
                .withEnv("ROOT_SECRET_KEY", Versitygw.SECRET_KEY)
                .withFileSystemBind(folder.toString(), "/data", BindMode.READ_WRITE)
                .withExposedPorts(PORT)
                .withCommand("--port", ":" + PORT, "--keep-alive", "--quiet", "--health", "/x", "posix", "/data")
                .waitingFor(Wait.forHttp("/x").forPort(PORT));
        server.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Override
    URI endpoint() {
        return URI.create("http://" + server.getHost() + ":" + server.getMappedPort(PORT));
    }
}
