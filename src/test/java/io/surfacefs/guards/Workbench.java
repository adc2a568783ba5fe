package io.surfacefs.guards;

import io.surfacefs.guards.RunTests.Outcome;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/**
 * Compiles single files and runs tests against them, many in one JVM. The class path of this JVM holds libraries and
 * this package alone: the program and its tests are loaded anew for each run, so that none meets the classes, and what
 * their statics hold, of another.
 *
 * <p>Each line of the standard input is a request, its words with tabs between: {@code compile CLASSPATH SOURCE FOLDER}
 * or {@code test CLASSPATH NAME}. Each has a line of answer on the standard output: a code as of {@link RunTests} (1
 * for what doesn't compile), a tab and a text whose line ends are written {@code \n} and {@code \r}. What tests print
 * goes to the standard error. Ends with its input.
 */
final class Workbench {
    private final JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "a JDK");
    private final StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);

    private Workbench() {}

    public static void main(String... none) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        Workbench bench = new Workbench();
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            Outcome outcome = bench.answer(line.split("\t", -1));
            answers.println(outcome.code() + "\t"
                    + outcome.text().replace("\\", "\\\\").replace("\r", "\\r").replace("\n", "\\n"));
        }
        // Threads that a test without its wall left behind must not keep the JVM.
        System.exit(0);
    }

    private Outcome answer(String... words) throws Exception {
        List<Path> classpath = paths(words[1]);
        return switch (words[0]) {
            case "compile" -> compile(classpath, Path.of(words[2]), Path.of(words[3]));
            case "test" -> test(classpath, words[2]);
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    private Outcome compile(List<Path> classpath, Path source, Path folder) throws IOException {
        List<Path> all = new ArrayList<>(classpath);
        all.addAll(paths(System.getProperty("java.class.path")));
        files.setLocationFromPaths(StandardLocation.CLASS_PATH, all);
        files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(Files.createDirectories(folder)));
        StringWriter told = new StringWriter();
        boolean compiled = compiler.getTask(
                        told,
                        files,
                        null,
                        List.of("--release", "25", "-parameters", "-proc:none", "-nowarn", "-implicit:none"),
                        null,
                        files.getJavaFileObjects(source))
                .call();
        return new Outcome(compiled ? 0 : 1, told.toString());
    }

    private static Outcome test(List<Path> classpath, String name) throws Exception {
        URL[] urls = new URL[classpath.size()];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = classpath.get(i).toUri().toURL();
        }
        try (URLClassLoader loader = new URLClassLoader(urls, Workbench.class.getClassLoader())) {
            FutureTask<Outcome> run = new FutureTask<>(() -> RunTests.run(List.of(name)));
            Thread thread = new Thread(run, "tests");
            thread.setContextClassLoader(loader);
            thread.start();
            return run.get();
        }
    }

    private static List<Path> paths(String classpath) {
        try (Stream<String> entries = Arrays.stream(classpath.split(File.pathSeparator))) {
            return entries.map(Path::of).toList();
        }
    }
}
