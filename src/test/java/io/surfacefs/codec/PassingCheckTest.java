package io.surfacefs.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PassingCheckTest {
    private static final int SIZE = 1_000_003;

    private final CodecPool pool = new CodecPool(2);
    private final byte[] content = noise();
    private final List<Boolean> found = new ArrayList<>();

    private static byte[] noise() {
        byte[] bytes = new byte[SIZE];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private StoredBytes checked(byte[] stored) {
        Digest digest = Digest.of(Hashes.sha256().digest(content));
        return new StoredVerifier(pool).inPassing(new MemoryBytes(stored), digest, found::add);
    }

    private static byte[] read(StoredBytes bytes, long from, long to) throws IOException {
        byte[] target = new byte[(int) (to - from)];
        for (int done = 0; done < target.length; ) {
            done += bytes.read(from + done, target, done, Math.min(70_001, target.length - done));
        }
        return target;
    }

    @Test
    void bytesThatAreWhatWasStoredAreGivenAndFoundRightOnce() throws IOException {
        StoredBytes bytes = checked(content);
        assertArrayEquals(content, read(bytes, 0, SIZE));
        assertEquals(List.of(true), found);
        assertArrayEquals(content, read(bytes, 0, SIZE));
        assertEquals(List.of(true), found);
    }

    @Test
    void bytesThatAreOthersThanWereStoredAreNeverGivenWhole() throws IOException {
        for (int wrong : new int[] {0, SIZE / 2, SIZE - 1}) {
            found.clear();
            byte[] stored = content.clone();
            stored[wrong] ^= 1;
            StoredBytes bytes = checked(stored);
            read(bytes, 0, SIZE - 1);
            assertEquals(List.of(), found);
            SurfaceException refused =
                    assertThrows(SurfaceException.class, () -> bytes.read(SIZE - 1, new byte[1], 0, 1));
            assertEquals(ErrorCode.CORRUPT_OBJECT, refused.code());
            assertEquals(List.of(false), found);
            assertThrows(SurfaceException.class, () -> bytes.read(0, new byte[1], 0, 1));
        }
    }

    @Test
    void whatWasReadAheadSuchAsASeekTableIsCheckedBeforeTheLastBytesBeforeItAreGiven() throws IOException {
        byte[] stored = content.clone();
        stored[SIZE - 5] ^= 1;
        StoredBytes bytes = checked(stored);
        read(bytes, SIZE - 9, SIZE);
        read(bytes, SIZE - 90_000, SIZE - 9);
        assertArrayEquals(Arrays.copyOf(content, 900_000), read(bytes, 0, 900_000));
        read(bytes, 100, 5_000);
        assertThrows(SurfaceException.class, () -> read(bytes, 900_000, SIZE - 90_000));
        assertEquals(List.of(false), found);
    }

    @Test
    void partsAloneAreGivenUnchecked() throws IOException {
        byte[] stored = content.clone();
        stored[10] ^= 1;
        StoredBytes bytes = checked(stored);
        assertArrayEquals(Arrays.copyOfRange(content, 500_000, SIZE), read(bytes, 500_000, SIZE));
        assertEquals(List.of(), found);
    }
}
