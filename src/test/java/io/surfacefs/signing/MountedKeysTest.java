package io.surfacefs.signing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys in files that are exchanged while the program runs. */
class MountedKeysTest {
    private final AtomicLong nanos = new AtomicLong(1);
    private final List<String> failed = new ArrayList<>();

    @TempDir
    Path folder;

    private TestKeys keys;

    @BeforeEach
    void make() throws IOException {
        keys = new TestKeys(folder);
        keys.make("site-a", true);
    }

    private void later() {
        nanos.addAndGet(1_000_000_001L);
    }

    @Test
    void aKeyThatIsExchangedSignsAfterASecondAndOneThatCanNotBeReadLeavesTheLast() throws IOException {
        MountedKey mounted = MountedKey.open(keys.file("site-a"), "name", e -> failed.add(e.getMessage()), nanos::get);
        SigningKey first = mounted.get();
        assertEquals("name", first.id());
        keys.make("site-a", "secp256r1", true);
        assertSame(first, mounted.get(), "not looked at yet");
        later();
        SigningKey second = mounted.get();
        assertNotSame(first, second);
        Files.writeString(keys.file("site-a"), "no key");
        later();
        assertSame(second, mounted.get());
        Files.delete(keys.file("site-a"));
        later();
        assertSame(second, mounted.get());
        assertEquals(2, failed.size(), failed::toString);
        assertTrue(failed.getFirst().contains("holds no private key"), failed::toString);
    }

    @Test
    void aKeyIsCalledByItsFileUnlessItIsSaidHow() throws IOException {
        assertEquals(
                "site-a",
                MountedKey.open(keys.file("site-a"), null, e -> {}).get().id());
        assertThrows(IOException.class, () -> MountedKey.open(keys.file("absent"), null, e -> {}));
    }

    @Test
    void keysThatComeAndGoMakeAnotherVerifierAndWhatCanNotBeReadLeavesTheLast() throws IOException {
        TrustFolder trust = TrustFolder.open(keys.trusted(), e -> failed.add(e.getMessage()), nanos::get);
        ManifestVerifier first = trust.verifier();
        keys.make("site-b", true);
        assertTrue(trust.isFresh());
        assertSame(first, trust.verifier());
        later();
        assertTrue(!trust.isFresh());
        assertSame(first, trust.last());
        ManifestVerifier second = trust.verifier();
        assertEquals(List.of("site-a", "site-b"), second.keys().names());
        later();
        assertSame(second, trust.verifier(), "nothing changed");
        Files.writeString(keys.trusted().resolve("broken.pem"), "no key");
        later();
        assertSame(second, trust.verifier());
        assertEquals(1, failed.size());
        Files.delete(keys.trusted().resolve("broken.pem"));
        keys.distrust("site-a");
        later();
        assertEquals(List.of("site-b"), trust.verifier().keys().names());
    }
}
