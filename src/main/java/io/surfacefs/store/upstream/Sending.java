package io.surfacefs.store.upstream;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.DiskFaults;
import io.surfacefs.wire.Upload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.function.Function;

/** Sends stored bytes as they are, no faster than the upstream takes them. */
final class Sending {
    private static final int CHUNK = 256 << 10;
    private static final int BYTES_A_SECOND = 1 << 20;

    private Sending() {}

    /**
     * Sends them behind the header, and waits until the upstream has made them durable.
     *
     * @param chunk makes messages of the call's own kind
     * @param patience for the answer, and a second longer for each MiB
     */
    static <Q, A> A send(Upload<Q, A> upload, BlobSource content, Function<ByteString, Q> chunk, Duration patience) {
        switch (content) {
            case BlobSource.Bytes memory -> fromMemory(upload, memory.bytes(), chunk);
            case BlobSource.LocalFile local -> fromFile(upload, local, chunk);
        }
        return upload.finish(patience.plusSeconds(content.size() / BYTES_A_SECOND));
    }

    private static <Q> void fromMemory(Upload<Q, ?> upload, byte[] bytes, Function<ByteString, Q> chunk) {
        boolean taken = true;
        for (int at = 0; taken && at < bytes.length; at += CHUNK) {
            int n = Math.min(CHUNK, bytes.length - at);
            taken = upload.send(chunk.apply(UnsafeByteOperations.unsafeWrap(bytes, at, n)));
        }
    }

    private static <Q> void fromFile(Upload<Q, ?> upload, BlobSource.LocalFile local, Function<ByteString, Q> chunk) {
        try (InputStream in = Files.newInputStream(local.file())) {
            byte[] buffer = new byte[CHUNK];
            boolean taken = true;
            for (long left = local.size(); taken && left > 0; ) {
                int n = in.readNBytes(buffer, 0, (int) Math.min(CHUNK, left));
                if (n == 0) {
                    throw new IOException("the intake file ends early");
                }
                left -= n;
                taken = upload.send(chunk.apply(UnsafeByteOperations.unsafeWrap(buffer, 0, n)));
            }
        } catch (IOException e) {
            throw DiskFaults.of("read the intake", e);
        }
    }
}
