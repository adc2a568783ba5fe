package io.surfacefs.store.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.Disk;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Puts that are written into a segment of the journal while a delete wants it to go. */
@Timeout(60)
class JournalTest {
    private static final BlobKey FIRST = BlobKey.manifest("tenants/acme/sbom.fragment/ab/first.json");
    private static final BlobKey SECOND = BlobKey.manifest("tenants/acme/sbom.fragment/ab/second.json");

    /** For how long a write waits for a close that must not come. */
    private static final long MOMENT_MILLIS = 500;

    @TempDir
    Path folder;

    private final CountDownLatch writing = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean slow;
    private volatile boolean closedWhileWritten;

    /** A file of the journal to which nothing is written before somebody else had a moment to close it. */
    private final class SlowFile implements Disk.OutFile {
        private final Disk.OutFile file;

        SlowFile(Disk.OutFile file) {
            this.file = file;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (slow) {
                slow = false;
                writing.countDown();
                try {
                    closedWhileWritten = closed.await(MOMENT_MILLIS, TimeUnit.MILLISECONDS);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            file.write(bytes, offset, length);
        }

        @Override
        public void sync() throws IOException {
            file.sync();
        }

        @Override
        public void close() throws IOException {
            closed.countDown();
            file.close();
        }
    }

    private Disk slow(Disk disk) {
        return (Disk) Proxy.newProxyInstance(
                Disk.class.getClassLoader(), new Class<?>[] {Disk.class}, (proxy, method, arguments) -> {
                    try {
                        Object result = method.invoke(disk, arguments);
                        return result instanceof Disk.OutFile file
                                        && arguments[0].toString().endsWith(".journal")
                                ? new SlowFile(file)
                                : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static BlobStore.PutResult put(FolderBlobStore blobs, BlobKey key) {
        byte[] content = key.name().getBytes(StandardCharsets.UTF_8);
        return blobs.putAllIfAbsent(List.of(new BlobStore.Put(key, new BlobSource.Bytes(content))));
    }

    @Test
    void aSegmentThatIsBeingWrittenIsNotRetiredForADelete() throws Exception {
        try (RealDisk real = new RealDisk(2);
                FolderBlobStore blobs = FolderStore.open(
                        new FolderStore.Place(folder.resolve("store"), "surface-cache", "surface-manifests", ""),
                        slow(real),
                        FolderStore.Hold.OWNER,
                        (key, stored) -> false);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            put(blobs, FIRST);
            slow = true;
            Future<BlobStore.PutResult> second = threads.submit(() -> put(blobs, SECOND));
            assertTrue(writing.await(30, TimeUnit.SECONDS));
            Future<Boolean> deleted = threads.submit(() -> blobs.delete(FIRST, null));
            assertEquals(new BlobStore.PutResult(1, true, true), second.get());
            assertTrue(deleted.get());
            assertFalse(closedWhileWritten);
            assertNotNull(blobs.read(SECOND, 1000));
        }
    }
}
