package io.surfacefs.kit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.model.ArtefactKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckedStreamTest {
    private static final byte[] STORED = Site.payload(1, 500);
    private static final KitEntry ENTRY = new KitEntry(
            new ArtefactKey(Site.ACME, Site.SBOM, Site.IMAGE),
            Site.OTHER_IMAGE,
            1,
            ManifestCodec.digestOf(STORED),
            STORED.length,
            List.of(),
            List.of());

    private static CheckedStream of(byte[] bytes) {
        return new CheckedStream(new ByteArrayInputStream(bytes), ENTRY);
    }

    @Test
    void storedBytesOfTheirEntryComeThrough() throws IOException {
        CheckedStream stream = of(STORED);
        assertArrayEquals(STORED, stream.readAllBytes());
        assertEquals(-1, stream.read());
    }

    @Test
    void storedBytesThatAreNotThoseOfTheirEntryNeverEnd() {
        byte[] flipped = STORED.clone();
        flipped[100] ^= 1;
        for (byte[] wrong : List.of(
                flipped,
                Arrays.copyOf(STORED, STORED.length - 1),
                Arrays.copyOf(STORED, STORED.length + 1),
                new byte[0])) {
            KitException refused =
                    assertThrows(KitException.class, () -> of(wrong).readAllBytes());
            assertEquals(KitFault.CHECKSUM, refused.fault());
        }
    }
}
