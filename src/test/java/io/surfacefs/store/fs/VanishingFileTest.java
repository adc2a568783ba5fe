package io.surfacefs.store.fs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.Disk;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An object that is there when one wants to place it, and gone a moment later. */
class VanishingFileTest {
    private static final BlobKey NAME = BlobKey.manifest("tenants/acme/sbom.fragment/ab/object.json");

    @TempDir
    Path folder;

    /** Says once that the object isn't there any more when it is to be synced. */
    private static Disk losingOnce(Disk disk, AtomicInteger asked) {
        return (Disk) Proxy.newProxyInstance(
                Disk.class.getClassLoader(), new Class<?>[] {Disk.class}, (proxy, method, arguments) -> {
                    boolean sync = method.getName().equals("syncFile")
                            && String.valueOf(arguments[0]).endsWith("object.json");
                    if (sync && asked.getAndIncrement() == 0) {
                        throw new NoSuchFileException(String.valueOf(arguments[0]));
                    }
                    try {
                        return method.invoke(disk, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void isLookedForAgainAndNotToldAsAStoreThatFails() {
        byte[] content = "evidence".getBytes(StandardCharsets.UTF_8);
        List<BlobStore.Put> puts = List.of(new BlobStore.Put(NAME, new BlobSource.Bytes(content)));
        AtomicInteger asked = new AtomicInteger();
        try (RealDisk real = new RealDisk(2);
                FolderBlobStore blobs = FolderStore.open(
                        new FolderStore.Place(folder.resolve("store"), "surface-cache", "surface-manifests", ""),
                        losingOnce(real, asked),
                        FolderStore.Hold.GUEST,
                        (key, stored) -> false)) {
            assertEquals(new BlobStore.PutResult(1, true, true), blobs.putAllIfAbsent(puts));
            assertEquals(new BlobStore.PutResult(1, false, false), blobs.putAllIfAbsent(puts));
            assertEquals(2, asked.get());
            assertArrayEquals(content, blobs.read(NAME, 100).bytes());
        }
    }
}
