package io.surfacefs.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A real S3 server as a process of its own: versitygw over a folder, on a free port on loopback. It must be on the PATH
 * or where {@code go install} puts programs. Objects are files below {@link #bucket}.
 */
public final class Versitygw implements AutoCloseable {
    public static final String ACCESS_KEY = "surface-test";
    public static final String SECRET_KEY = "surface-test-secret";
    private static final Duration START = Duration.ofSeconds(60);

    private final Path folder;
    private final int port;
    private final List<String> options;
    private final String scheme;
    private Process process;

    private Versitygw(Path folder, String scheme, List<String> options) {
        this.folder = folder;
        this.scheme = scheme;
        this.options = options;
        this.port = SurfaceProcess.freePort();
        try {
            Files.createDirectories(folder.resolve("data"));
            Files.createDirectories(folder.resolve("iam"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        process = launch();
    }

    /**
     * Starts a server without buckets and waits until it listens.
     *
     * @param folder its own; made when missing
     */
    public static Versitygw start(Path folder) {
        return new Versitygw(folder.toAbsolutePath(), "http", List.of());
    }

    /** As {@link #start}, over TLS. */
    public static Versitygw startTls(Path folder, Path certificate, Path key) {
        return new Versitygw(
                folder.toAbsolutePath(),
                "https",
                List.of(
                        "--cert",
                        certificate.toAbsolutePath().toString(),
                        "--key",
                        key.toAbsolutePath().toString()));
    }

    private Process launch() {
        List<String> line = new ArrayList<>(List.of(program(), "--port", "127.0.0.1:" + port));
        line.addAll(
                List.of("--iam-dir", folder.resolve("iam").toString(), "--keep-alive", "--quiet", "--health", "/x"));
        line.addAll(options);
        line.addAll(List.of("posix", folder.resolve("data").toString()));
        ProcessBuilder builder = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
        builder.environment().put("ROOT_ACCESS_KEY", ACCESS_KEY);
        builder.environment().put("ROOT_SECRET_KEY", SECRET_KEY);
        try {
            Process started = builder.start();
            awaitListening(started);
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitListening(Process started) throws IOException {
        long deadline = System.nanoTime() + START.toNanos();
        while (System.nanoTime() < deadline) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                return;
            } catch (IOException notYet) {
                try {
                    if (started.waitFor(10, TimeUnit.MILLISECONDS)) {
                        break;
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    break;
                }
            }
        }
        started.destroyForcibly();
        throw new IllegalStateException("versitygw does not listen\n" + Files.readString(folder.resolve("log")));
    }

    private static String program() {
        String path = System.getenv("PATH") + ":" + System.getenv().getOrDefault("GOBIN", "") + ":"
                + System.getenv().getOrDefault("GOPATH", System.getProperty("user.home") + "/go") + "/bin";
        return Stream.of(path.split(":", -1))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, "versitygw"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("missing: versitygw; go install"
                        + " github.com/versity/versitygw/cmd/versitygw@v1.8.0 (.ci/run does it)"));
    }

    /** Where it listens. */
    public URI endpoint() {
        return URI.create(scheme + "://127.0.0.1:" + port);
    }

    /** The folder of a bucket; a new folder is a new bucket. */
    public Path bucket(String name) {
        return folder.resolve("data").resolve(name);
    }

    /** Makes a bucket. */
    public void makeBucket(String name) {
        try {
            Files.createDirectories(bucket(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills the server by SIGKILL and waits until it is gone. */
    public void kill9() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** Starts a killed server again, on the same port and folder. */
    public void restart() {
        process = launch();
    }

    /** The process id. */
    public long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                kill9();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            kill9();
        }
    }
}
