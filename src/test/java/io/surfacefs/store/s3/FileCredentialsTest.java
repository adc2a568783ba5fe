package io.surfacefs.store.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.store.MountedSecrets;
import io.surfacefs.store.StoreFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsCredentials;

class FileCredentialsTest {
    @TempDir
    Path folder;

    private final AtomicLong now = new AtomicLong();

    private static Map<String, String> keys(String version) {
        return Map.of(FileCredentials.KEY_ID, "id-" + version + "\n", FileCredentials.SECRET, "secret-" + version);
    }

    private FileCredentials credentials(FileCredentials.Reader reader) {
        return new FileCredentials(folder.resolve("mount"), now::get, reader);
    }

    private static String pair(AwsCredentials credentials) {
        return credentials.accessKeyId() + " " + credentials.secretAccessKey();
    }

    @Test
    void aSecretThatTheKubeletReplacesIsReadAgainWithinFiveSeconds() {
        MountedSecrets mount = new MountedSecrets(folder.resolve("mount"), keys("one"));
        FileCredentials credentials = credentials(Files::readString);
        assertEquals("id-one secret-one", pair(credentials.resolveCredentials()));
        mount.swap(keys("two"));
        now.addAndGet(TimeUnit.SECONDS.toNanos(5));
        assertEquals("id-one secret-one", pair(credentials.resolveCredentials()), "not read for each request");
        now.addAndGet(1);
        assertEquals("id-two secret-two", pair(credentials.resolveCredentials()));
    }

    @Test
    void plainFilesAreReadAgainToo() throws IOException {
        Path plain = Files.createDirectory(folder.resolve("mount"));
        for (String version : new String[] {"one", "two"}) {
            for (Map.Entry<String, String> file : keys(version).entrySet()) {
                Files.writeString(plain.resolve(file.getKey()), file.getValue());
            }
            now.addAndGet(TimeUnit.SECONDS.toNanos(6));
        }
        assertEquals("id-two secret-two", pair(credentials(Files::readString).resolveCredentials()));
    }

    @Test
    void aChangeBetweenTheTwoFilesNeverGivesTheOldIdWithTheNewSecret() {
        MountedSecrets mount = new MountedSecrets(folder.resolve("mount"), keys("one"));
        AtomicBoolean swapped = new AtomicBoolean();
        FileCredentials credentials = credentials(file -> {
            String text = Files.readString(file);
            if (!swapped.getAndSet(true)) {
                mount.swap(keys("two"));
            }
            return text;
        });
        assertEquals("id-two secret-two", pair(credentials.resolveCredentials()));
    }

    @Test
    void aSecretThatIsMissingIsNamedAndNothingOfTheOtherIsTold() throws IOException {
        Path plain = Files.createDirectory(folder.resolve("mount"));
        Files.writeString(plain.resolve(FileCredentials.SECRET), "canary");
        StoreFault missing = assertThrows(
                StoreFault.class, () -> credentials(Files::readString).resolveCredentials());
        assertEquals(StoreFault.Reason.NO_CREDENTIALS, missing.reason());
        assertTrue(missing.hint().contains(FileCredentials.KEY_ID), missing.hint());
        assertFalse((missing + missing.hint()).contains("canary"));
        Files.writeString(plain.resolve(FileCredentials.KEY_ID), "id");
        assertEquals("id canary", pair(credentials(Files::readString).resolveCredentials()));
    }
}
