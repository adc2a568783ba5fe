package io.surfacefs.store.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.surfacefs.store.MountedSecrets;
import io.surfacefs.store.StoreFault;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkloadTokenTest {
    @TempDir
    Path folder;

    private final AtomicLong now = new AtomicLong();

    @Test
    void aTokenThatTheKubeletReplacesIsReadAgainWithinASecond() {
        MountedSecrets mount = new MountedSecrets(folder.resolve("mount"), Map.of("upstream-token", "one\n"));
        WorkloadToken token = new WorkloadToken(mount.folder().resolve("upstream-token"), now::get);
        assertEquals("Bearer one", token.get().orElseThrow());
        mount.swap(Map.of("upstream-token", "two"));
        now.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertEquals("Bearer one", token.get().orElseThrow(), "not read for each call");
        now.addAndGet(1);
        assertEquals("Bearer two", token.get().orElseThrow());
    }

    @Test
    void aFileThatHoldsNoTokenIsNamedAndNothingOfItIsTold() {
        MountedSecrets mount = new MountedSecrets(folder.resolve("mount"), Map.of("upstream-token", "two canaries"));
        WorkloadToken token = new WorkloadToken(mount.folder().resolve("upstream-token"), now::get);
        StoreFault fault = assertThrows(StoreFault.class, token::get);
        assertEquals(StoreFault.Reason.NO_CREDENTIALS, fault.reason());
        assertFalse((fault + fault.hint() + fault.getCause()).contains("canar"));
        mount.swap(Map.of("upstream-token", "one-canary"));
        assertEquals("Bearer one-canary", token.get().orElseThrow());
    }
}
