package io.surfacefs.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.ZstdInputStream;
import io.surfacefs.model.ByteRange;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Representation;
import io.surfacefs.model.SurfaceException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Streams of frames with random damage: another reader of zstd must come to the same verdict and the same bytes. */
class MutatedZstdTest {
    private static final int STREAMS = 4000;

    private final Random random = new Random(20251029);

    @Test
    void whatIsAcceptedReadsTheSameElsewhereAndWhatIsRefusedIsRefusedElsewhere() throws IOException {
        int accepted = 0;
        try (CodecPool pool = new CodecPool(2)) {
            for (int i = 0; i < STREAMS; i++) {
                byte[] sent = damaged(stream());
                byte[] elsewhere = readElsewhere(sent);
                MemoryBytes stored = new MemoryBytes();
                EncodedUpload upload;
                try {
                    upload = new UploadEncoder(pool, UploadLimits.DEFAULT)
                            .encode(trickling(sent), Representation.ZSTD, Payloads.JSON, stored, Map.of());
                } catch (SurfaceException e) {
                    assertEquals(ErrorCode.MALFORMED_ENCODING, e.code(), "stream " + i);
                    assertNull(elsewhere, "stream " + i);
                    continue;
                }
                accepted++;
                assertEquals(Hashes.sha256(elsewhere), upload.rawDigest(), "stream " + i);
                assertArrayEquals(
                        elsewhere,
                        Payloads.read(pool, stored, upload.payload(), ByteRange.whole(elsewhere.length)),
                        "stream " + i);
                int from = random.nextInt(elsewhere.length + 1);
                int to = from + random.nextInt(elsewhere.length - from + 1);
                assertArrayEquals(
                        Arrays.copyOfRange(elsewhere, from, to),
                        Payloads.read(pool, stored, upload.payload(), new ByteRange(from, to - from)),
                        "stream " + i);
            }
            assertEquals(0, pool.openDecoders());
        }
        assertTrue(accepted > STREAMS / 10 && accepted < STREAMS, accepted + " accepted");
    }

    private byte[] stream() {
        FrameForge frames = new FrameForge();
        List<long[]> entries = new ArrayList<>();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            int before = frames.bytes().length;
            int size = random.nextInt(random.nextInt(4) == 0 ? 70_000 : 300);
            byte[] raw = random.nextBoolean()
                    ? Payloads.text(size, random.nextLong())
                    : Payloads.noise(size, random.nextLong());
            boolean skippable = random.nextInt(6) == 0;
            if (skippable) {
                frames.skippable(random.nextInt(16), raw);
            } else if (random.nextInt(5) == 0) {
                frames.frameWithoutChecksum(raw);
            } else {
                frames.frame(raw);
            }
            entries.add(new long[] {frames.bytes().length - before, skippable ? 0 : size});
        }
        if (random.nextBoolean()) {
            frames.table(0, entries.toArray(new long[0][]));
        }
        return frames.bytes();
    }

    private byte[] damaged(byte[] sent) {
        byte[] bytes = sent;
        int wounds = random.nextInt(4);
        for (int i = 0; i < wounds; i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[Math.min(at, random.nextInt(20))] = (byte) random.nextInt();
                case 2 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
                case 3 -> bytes[bytes.length - 1 - Math.min(at, random.nextInt(30))] = (byte) random.nextInt();
                default ->
                    bytes = new FrameForge()
                            .add(Arrays.copyOf(bytes, at))
                            .number(random.nextInt(256), 1)
                            .add(Arrays.copyOfRange(bytes, at, bytes.length))
                            .bytes();
            }
        }
        return bytes;
    }

    private static byte @Nullable [] readElsewhere(byte[] sent) {
        try (ZstdInputStream in = new ZstdInputStream(new ByteArrayInputStream(sent))) {
            return in.readAllBytes();
        } catch (IOException e) {
            return null;
        }
    }

    /** A body in pieces of any size. */
    private InputStream trickling(byte[] sent) {
        InputStream whole = new ByteArrayInputStream(sent);
        return new InputStream() {
            @Override
            public int read() throws IOException {
                return whole.read();
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return whole.read(target, offset, Math.min(length, 1 + random.nextInt(3000)));
            }
        };
    }
}
