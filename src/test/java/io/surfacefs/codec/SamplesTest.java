package io.surfacefs.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import io.surfacefs.model.ByteRange;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Representation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real scanner output through the codec. */
class SamplesTest {
    private static final CodecPool POOL = new CodecPool(2);

    @AfterAll
    static void closePool() {
        POOL.close();
    }

    /** A line of {@code index.tsv}: file, kind, sha256 of the raw bytes, their number. */
    record Sample(String file, Digest digest, long size) {
        byte[] raw() {
            return resource(file);
        }

        @Override
        public String toString() {
            return file;
        }
    }

    private static byte[] resource(String name) {
        try (InputStream in = Objects.requireNonNull(SamplesTest.class.getResourceAsStream("/samples/" + name))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static Stream<Sample> samples() {
        return new String(resource("index.tsv"), StandardCharsets.UTF_8)
                .lines()
                .skip(1)
                .map(line -> List.of(line.split("\t", -1)))
                .map(row -> new Sample(row.get(0), new Digest(row.get(2)), Long.parseLong(row.get(3))));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void aSampleIsStoredUnderItsDigestAndReadBack(Sample sample) {
        MemoryBytes stored = new MemoryBytes();
        EncodedUpload upload = Payloads.encode(POOL, Representation.IDENTITY, sample.raw(), stored);
        assertEquals(sample.digest(), upload.rawDigest());
        assertEquals(sample.size(), upload.payload().rawSize());
        assertArrayEquals(sample.raw(), Payloads.read(POOL, stored, upload.payload(), ByteRange.whole(sample.size())));
    }

    @Test
    void allSamplesTogetherTakeAtMostATwentiethMoreThanZstdAtLevelThree() {
        long stored = 0;
        long measure = 0;
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Sample sample : samples().toList()) {
            all.writeBytes(sample.raw());
            stored += storedSize(sample.raw());
            measure += Zstd.compress(sample.raw(), 3).length;
        }
        long storedTogether = storedSize(all.toByteArray());
        long measureTogether = Zstd.compress(all.toByteArray(), 3).length;
        assertTrue(stored <= 1.05 * measure, stored + " bytes, zstd -3 " + measure);
        assertTrue(storedTogether <= 1.05 * measureTogether, storedTogether + " bytes, zstd -3 " + measureTogether);
    }

    private static long storedSize(byte[] raw) {
        return Payloads.encode(POOL, Representation.IDENTITY, raw, new MemoryBytes())
                .payload()
                .storedSize();
    }
}
