package io.surfacefs.codec;

import io.surfacefs.model.ByteRange;
import io.surfacefs.model.Representation;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/**
 * Prints how fast the codec is in memory: arguments are a folder of sample files, MiB of text made of them, rounds. No
 * test.
 */
public final class CodecMeasurement {
    private CodecMeasurement() {}

    /** Measures on a virtual thread, as a request does. */
    public static void main(String[] args) throws Exception {
        byte[] raw = text(Path.of(args[0]), Integer.parseInt(args[1]) << 20);
        int rounds = Integer.parseInt(args[2]);
        Thread thread = Thread.ofVirtual().start(() -> measure(raw, rounds));
        thread.join();
    }

    private static byte[] text(Path folder, int size) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                all.write(Files.readAllBytes(file));
            }
        }
        byte[] once = all.toByteArray();
        byte[] text = new byte[size];
        for (int at = 0; at < size; at += once.length) {
            System.arraycopy(once, 0, text, at, Math.min(once.length, size - at));
        }
        return text;
    }

    private static void measure(byte[] raw, int rounds) {
        try (CodecPool pool = new CodecPool(Runtime.getRuntime().availableProcessors())) {
            UploadEncoder encoder = new UploadEncoder(pool, UploadLimits.DEFAULT);
            StoredSink nowhere = (bytes, offset, length) -> {};
            MemoryBytes stored = new MemoryBytes();
            EncodedUpload upload = Payloads.encode(pool, Representation.IDENTITY, raw, stored);
            byte[] sent = stored.bytes();
            byte[] oneFrame = com.github.luben.zstd.Zstd.compress(raw, 1);
            EncodedUpload streamed = Payloads.encode(pool, Representation.ZSTD, oneFrame, new MemoryBytes());
            System.out.printf("stored %.3f of raw%n", (double) sent.length / raw.length);
            report(
                    "encode identity",
                    raw.length,
                    rounds,
                    () -> encoder.encode(
                            new ByteArrayInputStream(raw), Representation.IDENTITY, Payloads.JSON, nowhere, Map.of()));
            report(
                    "encode zstd, seekable",
                    raw.length,
                    rounds,
                    () -> encoder.encode(
                            new ByteArrayInputStream(sent), Representation.ZSTD, Payloads.JSON, nowhere, Map.of()));
            report(
                    "encode zstd, one frame",
                    raw.length,
                    rounds,
                    () -> encoder.encode(
                            new ByteArrayInputStream(oneFrame), Representation.ZSTD, Payloads.JSON, nowhere, Map.of()));
            report("decode, seek table", raw.length, rounds, () -> drain(pool, stored, upload, raw.length));
            report(
                    "decode, one frame",
                    raw.length,
                    rounds,
                    () -> drain(pool, new MemoryBytes(oneFrame), streamed, raw.length));
            report("stored digest", sent.length, rounds, () -> new StoredVerifier(pool).storedDigest(stored));
            for (int size : new int[] {1 << 10, 4 << 10, 12 << 10, 16 << 10, 64 << 10, 256 << 10}) {
                small(pool, encoder, Arrays.copyOf(raw, size), rounds * 500);
            }
            int range = 64 << 10;
            perCall("range of 64 KiB in the middle", rounds * 500, () -> {
                try (PayloadReader reader =
                        PayloadReader.open(pool, stored, upload.payload(), new ByteRange(raw.length / 2, range))) {
                    return reader.next();
                }
            });
        }
    }

    private static void small(CodecPool pool, UploadEncoder encoder, byte[] raw, int calls) {
        MemoryBytes stored = new MemoryBytes();
        EncodedUpload upload = Payloads.encode(pool, Representation.IDENTITY, raw, stored);
        perCall(
                "encode " + (raw.length >> 10) + " KiB",
                calls,
                () -> encoder.encode(
                        new ByteArrayInputStream(raw),
                        Representation.IDENTITY,
                        Payloads.JSON,
                        (b, o, l) -> {},
                        Map.of()));
        perCall("decode " + (raw.length >> 10) + " KiB", calls, () -> {
            try (PayloadReader reader =
                    PayloadReader.open(pool, stored, upload.payload(), ByteRange.whole(raw.length))) {
                return reader.next();
            }
        });
    }

    private static long drain(CodecPool pool, StoredBytes stored, EncodedUpload upload, long size) throws IOException {
        long sum = 0;
        try (PayloadReader reader = PayloadReader.open(pool, stored, upload.payload(), ByteRange.whole(size))) {
            for (Block block = reader.next(); block != null; block = reader.next()) {
                sum += block.length();
                reader.recycle();
            }
        }
        if (sum != size) {
            throw new AssertionError(sum);
        }
        return sum;
    }

    private static void report(String what, long bytes, int rounds, Callable<?> work) {
        double[] rates = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            rates[i] = bytes / 1e6 / seconds(work);
        }
        Arrays.sort(rates);
        System.out.printf("%-32s %7.0f MB/s (%.0f to %.0f)%n", what, rates[rounds / 2], rates[0], rates[rounds - 1]);
    }

    private static void perCall(String what, int calls, Callable<?> work) {
        double[] micros = new double[calls];
        for (int i = 0; i < calls; i++) {
            micros[i] = seconds(work) * 1e6;
        }
        Arrays.sort(micros);
        System.out.printf("%-32s %7.1f us (p99 %.1f)%n", what, micros[calls / 2], micros[calls * 99 / 100]);
    }

    private static double seconds(Callable<?> work) {
        long start = System.nanoTime();
        try {
            if (work.call() == null) {
                throw new AssertionError("nothing came back");
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return (System.nanoTime() - start) / 1e9;
    }
}
