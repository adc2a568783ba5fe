package io.surfacefs.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The program under test as a process of its own: the jar of this build ({@code -Dsurface.test.jar} names another), or
 * whatever {@code -Dsurface.test.command} names (blank-separated, {@code target/surface-fs} for the native binary). A
 * server gets three free ports on loopback and a data folder; what it prints is kept in files below a work folder. Not
 * thread-safe, except that {@link #kill9()} may come from any thread.
 */
public final class SurfaceProcess implements AutoCloseable {
    /** How long a start may take until the server is ready; a loaded machine is slow. */
    private static final Duration START = Duration.ofSeconds(90);

    /** How long a stop by SIGTERM may take before the process is killed and the test fails. */
    private static final Duration STOP = Duration.ofSeconds(60);

    /** How long a command of the command line may run. */
    private static final Duration COMMAND = Duration.ofMinutes(2);

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Path home;
    private final Path output;
    private final Map<String, String> environment;
    private final List<String> arguments;
    private final List<String> jvmOptions;
    private final int httpPort;
    private final int grpcPort;
    private final int managementPort;
    private Process process;

    private SurfaceProcess(Builder builder) throws IOException {
        home = builder.home;
        output = Files.createTempFile(builder.home.toAbsolutePath().getParent(), "server-", ".out");
        httpPort = freePort();
        grpcPort = freePort();
        managementPort = freePort();
        environment = new LinkedHashMap<>(builder.environment);
        environment.putIfAbsent("QUARKUS_HTTP_PORT", Integer.toString(httpPort));
        environment.putIfAbsent("QUARKUS_GRPC_SERVER_PORT", Integer.toString(grpcPort));
        environment.putIfAbsent("QUARKUS_MANAGEMENT_PORT", Integer.toString(managementPort));
        arguments = List.copyOf(builder.arguments);
        jvmOptions = List.copyOf(builder.jvmOptions);
        process = launch();
    }

    /**
     * What a command of the command line gave: its exit code, the bytes of its standard output, and its standard error.
     */
    public record Result(int exit, byte[] stdout, String stderr) {
        /** The standard output as UTF-8 text. */
        public String out() {
            return new String(stdout, StandardCharsets.UTF_8);
        }
    }

    /** How a server is to be started. */
    public static final class Builder {
        private final Path home;
        private final Map<String, String> environment = new LinkedHashMap<>();
        private final List<String> arguments = new ArrayList<>(List.of("serve"));
        private final List<String> jvmOptions = new ArrayList<>();

        private Builder(Path home) {
            this.home = home;
        }

        /** Adds an environment variable. */
        public Builder env(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** Adds arguments behind {@code serve}. */
        public Builder args(String... more) {
            arguments.addAll(List.of(more));
            return this;
        }

        /** Adds options of the JVM, which the native binary has no use for. */
        public Builder jvm(String... options) {
            jvmOptions.addAll(List.of(options));
            return this;
        }

        /**
         * Starts the server and waits until it is ready.
         *
         * @return the running server; the caller closes it
         * @throws IllegalStateException if it ended or did not become ready in time; the message holds all that it
         *     printed
         */
        public SurfaceProcess start() {
            SurfaceProcess server = launch();
            server.awaitReady();
            return server;
        }

        /** Starts the server without waiting for anything, for tests of a start that is refused. */
        public SurfaceProcess launch() {
            try {
                return new SurfaceProcess(this);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * A server to be.
     *
     * @param home its data folder ({@code SURFACE_HOME}); need not exist, its parent must; output is kept beside it
     */
    public static Builder server(Path home) {
        return new Builder(home);
    }

    /** Starts a server with shipped defaults on a data folder and waits until it is ready. */
    public static SurfaceProcess start(Path home) {
        return server(home).start();
    }

    /** Runs one command of the command line to its end with nothing on its standard input. */
    public static Result run(Path home, String... arguments) {
        return run(home, Map.of(), new byte[0], arguments);
    }

    /**
     * Runs one command of the command line to its end.
     *
     * @param home the data folder it works on ({@code SURFACE_HOME}); its parent must exist
     * @param environment more environment variables
     * @param stdin what it reads from standard input
     * @throws IllegalStateException if it is not done after two minutes; it is killed then
     */
    public static Result run(Path home, Map<String, String> environment, byte[] stdin, String... arguments) {
        return runUnless("", home, environment, stdin, arguments);
    }

    /**
     * As {@link #run(Path, Map, byte[], String...)}, but gives up as soon as the command has printed what it must not.
     *
     * @param wrong text on the standard output that says that the command won't end by itself; empty for none
     * @throws IllegalStateException also then; it is killed
     */
    public static Result runUnless(
            String wrong, Path home, Map<String, String> environment, byte[] stdin, String... arguments) {
        try {
            Path folder = Files.createTempDirectory(home.toAbsolutePath().getParent(), "command-");
            Path in = Files.write(folder.resolve("in"), stdin);
            Path out = folder.resolve("out");
            Path err = folder.resolve("err");
            ProcessBuilder builder = builder(home, environment, List.of(), List.of(arguments));
            Process process = builder.redirectInput(in.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            long deadline = System.nanoTime() + COMMAND.toNanos();
            while (!await(process, Duration.ofMillis(50))) {
                boolean late = System.nanoTime() > deadline;
                if (late || (!wrong.isEmpty() && Files.readString(out).contains(wrong))) {
                    process.destroyForcibly();
                    throw new IllegalStateException(List.of(arguments)
                            + (late ? " is not done after " + COMMAND : " goes on") + "\n" + Files.readString(out)
                            + Files.readString(err));
                }
            }
            return new Result(process.exitValue(), Files.readAllBytes(out), Files.readString(err));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Begins a command of the command line and doesn't wait for it. It answers to SIGINT as one on a terminal does,
     * also where the tests themselves run in the background.
     *
     * @param home the data folder it works on
     * @return its standard streams are pipes; the caller ends it
     */
    public static Process begin(Path home, String... arguments) {
        ProcessBuilder builder = builder(home, Map.of(), List.of(), List.of(arguments));
        builder.command().addAll(0, List.of("env", "--default-signal=INT"));
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the program under test is the native binary. */
    public static boolean isNative() {
        return !command().isBlank();
    }

    /** A port on loopback that nobody listens on, and that no other JVM of tests will choose. */
    public static int freePort() {
        return Ports.free();
    }

    /** The data folder. */
    public Path home() {
        return home;
    }

    /** The REST port. */
    public int httpPort() {
        return httpPort;
    }

    /** The gRPC port. */
    public int grpcPort() {
        return grpcPort;
    }

    /** The management port. */
    public int managementPort() {
        return managementPort;
    }

    /** An address on the REST port. */
    public URI http(String path) {
        return URI.create("http://127.0.0.1:" + httpPort + path);
    }

    /** An address on the management port. */
    public URI management(String path) {
        return URI.create("http://127.0.0.1:" + managementPort + path);
    }

    /** The process id. */
    public long pid() {
        return process.pid();
    }

    /** Whether the process runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** All that the server printed so far, over all its starts. */
    public String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks the server by SIGTERM to stop, and waits for nothing. */
    public void terminate() {
        process.destroy();
    }

    /** Stops the server by SIGTERM, waits for its end and gives its exit code. */
    public int stop() {
        process.destroy();
        return awaitExit();
    }

    /** Waits for the end of the process and gives its exit code. */
    public int awaitExit() {
        if (!await(process, STOP)) {
            kill9();
            throw new IllegalStateException("still running after " + STOP + "\n" + output());
        }
        return process.exitValue();
    }

    /** Kills the server by SIGKILL and waits until it is gone. */
    public void kill9() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /**
     * Starts a stopped or killed server again, with the same data folder, ports and environment, and waits until it is
     * ready.
     */
    public void restart() {
        if (process.isAlive()) {
            throw new IllegalStateException("still running");
        }
        try {
            process = launch();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        awaitReady();
    }

    /** Stops the server if it runs. */
    @Override
    public void close() {
        if (process.isAlive()) {
            stop();
        }
    }

    private Process launch() throws IOException {
        return builder(home, environment, jvmOptions, arguments)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
    }

    private void awaitReady() {
        HttpRequest ready = HttpRequest.newBuilder(management("/q/health/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        long deadline = System.nanoTime() + START.toNanos();
        while (System.nanoTime() < deadline) {
            try {
                if (HTTP.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException notYet) {
                // nobody listens yet
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
            if (await(process, Duration.ofMillis(10))) {
                throw new IllegalStateException(
                        "ended with " + process.exitValue() + " before it was ready\n" + output());
            }
        }
        kill9();
        throw new IllegalStateException("not ready after " + START + "\n" + output());
    }

    private static boolean await(Process process, Duration limit) {
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String command() {
        return System.getProperty("surface.test.command", "");
    }

    private static ProcessBuilder builder(
            Path home, Map<String, String> environment, List<String> jvmOptions, List<String> arguments) {
        List<String> line = new ArrayList<>();
        if (isNative()) {
            line.addAll(List.of(command().strip().split(" +")));
        } else {
            line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            // Nothing here runs long enough to be worth better code.
            line.add("-XX:TieredStopAtLevel=1");
            String other = System.getProperty("surface.test.jar", "");
            if (other.isEmpty() && jvmOptions.stream().noneMatch(StartArchive::isMadeBy)) {
                line.add("-XX:SharedArchiveFile=" + StartArchive.path());
            }
            line.addAll(jvmOptions);
            line.addAll(List.of("-jar", other.isEmpty() ? StartArchive.JAR.toString() : other));
        }
        line.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(line);
        // What the developer's own shell says about a server must not reach the one under test.
        builder.environment().keySet().removeIf(name -> name.contains("SURFACE") || name.startsWith("QUARKUS_"));
        builder.environment().put("SURFACE_HOME", home.toAbsolutePath().toString());
        builder.environment().putAll(environment);
        return builder;
    }
}
