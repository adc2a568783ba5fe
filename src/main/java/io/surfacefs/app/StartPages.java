package io.surfacefs.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.word.PointerBase;
import org.graalvm.word.UnsignedWord;
import org.graalvm.word.WordFactory;

/**
 * Gives back the pages of the binary's own file that only the start needed: Linux maps sixteen for each that is
 * touched, and they would count as resident until somebody wants the memory. What is needed later is mapped again from
 * the page cache. Only in the native image on Linux; elsewhere nothing happens.
 */
final class StartPages {
    private static final Path MAPS = Path.of("/proc/self/smaps");
    private static final Path BINARY = Path.of("/proc/self/exe");

    /** As the kernel names it: the pages of a file are unmapped at once, and mapped again by whoever touches them. */
    private static final int MADV_DONTNEED = 4;

    /** The first requests of whoever waited for the start find what they need. */
    private static final Duration SETTLED = Duration.ofSeconds(1);

    private static final Pattern HEAD =
            Pattern.compile("([0-9a-f]+)-([0-9a-f]+) (\\S+) [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ \\d+\\s*(.*)");

    private static final Pattern OWN = Pattern.compile("(Anonymous|Swap):\\s+(\\d+) kB");

    /**
     * A part of the address space.
     *
     * @param start its first byte
     * @param length in bytes
     */
    record Range(long start, long length) {}

    private StartPages() {}

    /** Does so a second from now, on a thread of its own, without waiting for it. */
    static void releaseSoon() {
        if (!"runtime".equals(System.getProperty("org.graalvm.nativeimage.imagecode")) || !Files.exists(MAPS)) {
            return;
        }
        Thread.ofVirtual().name("start-pages").start(() -> {
            try {
                Thread.sleep(SETTLED);
                String binary = BINARY.toRealPath().toString();
                for (Range range : droppable(Files.readAllLines(MAPS), binary)) {
                    advise(WordFactory.pointer(range.start()), WordFactory.unsigned(range.length()), MADV_DONTNEED);
                }
            } catch (IOException e) {
                return; // then they stay until the kernel wants them
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /**
     * {@return the mappings of a file that can be had again from it: nothing was ever written there, and nothing can
     * be}
     *
     * @param maps lines as in {@code /proc/self/smaps}
     * @param file its path, as there
     */
    static List<Range> droppable(List<String> maps, String file) {
        List<Range> found = new ArrayList<>();
        Range candidate = null;
        for (String line : maps) {
            Matcher head = HEAD.matcher(line);
            if (head.matches()) {
                long start = Long.parseUnsignedLong(head.group(1), 16);
                boolean readOnly = head.group(3).indexOf('w') < 0;
                candidate = readOnly && head.group(4).equals(file)
                        ? new Range(start, Long.parseUnsignedLong(head.group(2), 16) - start)
                        : null;
                continue;
            }
            Matcher own = OWN.matcher(line);
            if (candidate != null && own.matches()) {
                // What was written lies in memory or, taken out of it, in the swap, which is told later.
                boolean none = own.group(2).equals("0");
                if (none && own.group(1).equals("Swap")) {
                    found.add(candidate);
                }
                candidate = none ? candidate : null;
            }
        }
        return found;
    }

    @CFunction("madvise")
    private static native int advise(PointerBase address, UnsignedWord length, int advice);
}
