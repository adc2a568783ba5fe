package io.surfacefs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class StartPagesTest {
    private static final String BINARY = "/app/surface-fs";

    @Test
    void onlyWhatCanBeReadAgainFromTheBinaryIsGivenBack() {
        List<String> maps = List.of(
                "00400000-00800000 r-xp 00000000 fe:00 1234    " + BINARY,
                "Rss:                 400 kB",
                "Anonymous:             0 kB",
                "Swap:                  0 kB",
                "VmFlags: rd ex mr mw me",
                "00800000-00900000 rw-p 00400000 fe:00 1234    " + BINARY,
                "Anonymous:             0 kB",
                "Swap:                  0 kB",
                "7f0000000000-7f0000100000 r--p 00500000 fe:00 1234    " + BINARY,
                "Anonymous:             4 kB",
                "Swap:                  0 kB",
                "7f0000100000-7f0000200000 r--p 00500000 fe:00 1234    " + BINARY,
                "Anonymous:             0 kB",
                "Swap:                  0 kB",
                "7f0000400000-7f0000500000 r--p 00500000 fe:00 1234    " + BINARY,
                "Anonymous:             0 kB",
                "Swap:                  4 kB",
                "7f0000200000-7f0000300000 r-xp 00000000 fe:00 99      /lib/x86_64-linux-gnu/libc.so.6",
                "Anonymous:             0 kB",
                "Swap:                  0 kB",
                "7ffc00000000-7ffc00001000 rw-p 00000000 00:00 0 ",
                "Anonymous:             4 kB");
        assertEquals(
                List.of(new StartPages.Range(0x400000, 0x400000), new StartPages.Range(0x7f0000100000L, 0x100000)),
                StartPages.droppable(maps, BINARY));
    }
}
