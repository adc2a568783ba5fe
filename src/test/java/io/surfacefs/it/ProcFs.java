package io.surfacefs.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What Linux tells of a process. */
final class ProcFs {
    private ProcFs() {}

    /** The sockets that a process has open, those it listens on included. */
    static long sockets(long pid) {
        return open(pid).stream().filter(target -> target.startsWith("socket:")).count();
    }

    /** The files below a folder that a process has open, deleted ones too. */
    static List<String> files(long pid, Path folder) {
        String prefix = folder.toAbsolutePath() + "/";
        return open(pid).stream().filter(target -> target.startsWith(prefix)).toList();
    }

    private static List<String> open(long pid) {
        List<String> targets = new ArrayList<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
            for (Path descriptor : descriptors) {
                try {
                    targets.add(Files.readSymbolicLink(descriptor).toString());
                } catch (IOException closed) {
                    // closed since it was listed, so not open
                }
            }
            return targets;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The resident set of a process, bytes. */
    static long resident(long pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
            throw new IllegalStateException("no VmRSS of " + pid);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
