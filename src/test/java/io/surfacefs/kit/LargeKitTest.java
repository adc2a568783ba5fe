package io.surfacefs.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class LargeKitTest {
    @TempDir
    Path folder;

    /** Where its files lie takes some 300 bytes for each in a map: with 200,000 it would need 60 MB for that alone. */
    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void aHeapOf40MiBIsEnoughForAKitOf200000Entries() throws IOException, InterruptedException {
        Path told = folder.resolve("told");
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx40m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LargeKit.class.getName(),
                        "200000",
                        folder.resolve("kit.tar").toString())
                .redirectErrorStream(true)
                .redirectOutput(told.toFile())
                .start();
        assertEquals(0, process.waitFor(), () -> read(told));
        assertEquals(
                List.of(
                        "exported 200000",
                        "verified 200000, bad 0",
                        "foreseen 200000, bad 0",
                        "imported 200000, bad 0"),
                Files.readAllLines(told));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
