package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.github.luben.zstd.Zstd;
import io.surfacefs.grpc.v1.ListManifestsRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects that went bad on the disk: no reader gets a whole answer of wrong bytes, and a put mends them. */
class RotIT {
    private static final String KIND = "sbom.fragment";
    private static final String LISTED = "layer.fragments";

    /** Every test wants artefacts of its own, of which the server has nothing in memory. */
    private static final AtomicLong SEEDS = new AtomicLong(77);

    @TempDir
    static Path folder;

    private static SurfaceProcess server;
    private static StoreFolder store;
    private static Rest rest;

    @BeforeAll
    static void start() {
        server = SurfaceProcess.start(folder.resolve("home"));
        store = StoreFolder.of(server);
        rest = new Rest(server);
    }

    @AfterAll
    static void stop() {
        rest.close();
        server.close();
    }

    /** The ways to store a payload: in one frame, in several with a seek table, as the client encoded it. */
    enum Form {
        SMALL(9_000, false),
        ONE_FRAME(250_000, false),
        SEEKABLE(2_000_000, false),
        AS_SENT(1_200_000, true);

        private final int size;
        private final boolean encoded;

        Form(int size, boolean encoded) {
            this.size = size;
            this.encoded = encoded;
        }

        /** Bytes that compress to about half, so that a flipped byte may hit a literal as well as a length. */
        byte[] bytes() {
            byte[] bytes = new byte[size];
            Random random = new Random(SEEDS.incrementAndGet());
            for (int i = 0; i < size; i++) {
                bytes[i] = (byte) ('a' + random.nextInt(16));
            }
            return bytes;
        }

        String put(byte[] bytes) throws IOException {
            return encoded
                    ? store(rest.put(KIND, Zstd.compress(bytes), "Content-Encoding", "zstd"), bytes)
                    : store(rest.put(KIND, bytes), bytes);
        }

        private static String store(Rest.Answer answer, byte[] bytes) {
            assertEquals(true, answer.status() == 201 || answer.status() == 200, answer::text);
            return Rest.digest(bytes);
        }
    }

    /** What may happen to a file while nobody looks. The disk's own damage leaves the time of change as it was. */
    enum Damage {
        FIRST_BYTE {
            @Override
            void happenTo(Path file) throws IOException {
                flip(file, 0, true);
            }
        },
        MIDDLE_BYTE {
            @Override
            void happenTo(Path file) throws IOException {
                flip(file, Files.size(file) / 2, true);
            }
        },
        LAST_BYTE {
            @Override
            void happenTo(Path file) throws IOException {
                flip(file, Files.size(file) - 1, true);
            }
        },
        OVERWRITTEN_BYTE {
            @Override
            void happenTo(Path file) throws IOException {
                flip(file, Files.size(file) / 3, false);
            }
        },
        TRUNCATED {
            @Override
            void happenTo(Path file) throws IOException {
                FileTime time = Files.getLastModifiedTime(file);
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(channel.size() - 10);
                }
                Files.setLastModifiedTime(file, time);
            }
        },
        EMPTIED {
            @Override
            void happenTo(Path file) throws IOException {
                Files.write(file, new byte[0]);
            }
        },
        ANOTHER_FILE {
            @Override
            void happenTo(Path file) throws IOException {
                byte[] other = Form.ONE_FRAME.bytes();
                Path sound = store.payload(KIND, Form.ONE_FRAME.put(other));
                Files.copy(sound, file, StandardCopyOption.REPLACE_EXISTING);
            }
        };

        abstract void happenTo(Path file) throws IOException;
    }

    private static void flip(Path file, long at, boolean unnoticed) throws IOException {
        FileTime time = Files.getLastModifiedTime(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, at);
            one.put(0, (byte) (one.get(0) ^ 0x10)).flip();
            channel.write(one, at);
        }
        if (unnoticed) {
            Files.setLastModifiedTime(file, time);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDamagedPayloadIsRefusedInEveryRepresentationAndMendedByThePut(Damage damage) throws IOException {
        for (Form form : Form.values()) {
            byte[] bytes = form.bytes();
            String digest = form.put(bytes);
            damage.happenTo(store.payload(KIND, digest));
            String what = form + " " + damage;
            assertEquals("502 CORRUPT_OBJECT", summary(digest, "Accept-Encoding", "zstd"), what);
            assertEquals("502 CORRUPT_OBJECT", summary(digest), what);
            assertEquals("502 CORRUPT_OBJECT", summary(digest, "Range", "bytes=4000-4999"), what);
            assertEquals("502 CORRUPT_OBJECT", summary(digest, "Range", "bytes=5-99", "Accept-Encoding", "zstd"), what);

            assertEquals(digest, form.put(bytes));
            assertWhole(digest, bytes, what);
        }
    }

    private static String summary(String digest, String... headers) throws IOException {
        return rest.payload(KIND, digest, headers).summary();
    }

    private static void assertWhole(String digest, byte[] bytes, String what) throws IOException {
        assertArrayEquals(bytes, rest.payload(KIND, digest).body(), what);
        assertArrayEquals(
                Arrays.copyOfRange(bytes, 4000, 5000),
                rest.payload(KIND, digest, "Range", "bytes=4000-4999").body(),
                what);
        byte[] stored = rest.payload(KIND, digest, "Accept-Encoding", "zstd").body();
        assertArrayEquals(bytes, Zstd.decompress(stored, bytes.length), what);
        assertArrayEquals(Files.readAllBytes(store.payload(KIND, digest)), stored, what);
        assertEquals(
                stored.length,
                Long.parseLong(rest.manifest(KIND, digest).text().replaceAll(".*\"sizeBytes\":([0-9]+).*", "$1")),
                what);
    }

    @Test
    void whatWasReadBeforeIsNoticedToBeDamagedOnceItsFileChanges() throws IOException {
        byte[] bytes = Form.SEEKABLE.bytes();
        String digest = Form.SEEKABLE.put(bytes);
        assertWhole(digest, bytes, "before");
        flip(store.payload(KIND, digest), 1_000, false);
        assertEquals("502 CORRUPT_OBJECT", summary(digest, "Accept-Encoding", "zstd"));
        assertEquals("502 CORRUPT_OBJECT", summary(digest));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWasReadBeforeAndRottedWithoutATraceIsNeverDecodedToAWholeAnswer(boolean late) throws IOException {
        byte[] bytes = Form.SEEKABLE.bytes();
        String digest = Form.SEEKABLE.put(bytes);
        assertWhole(digest, bytes, "before");
        Path file = store.payload(KIND, digest);
        flip(file, late ? Files.size(file) - 20_000 : 1_000, true);
        String outcome;
        try {
            outcome = summary(digest);
        } catch (IOException cut) {
            outcome = "502 CORRUPT_OBJECT";
        }
        assertEquals("502 CORRUPT_OBJECT", outcome);
    }

    @Test
    void aPayloadWithoutItsFileIsNotServedAndMendedByThePut() throws IOException {
        byte[] bytes = Form.SEEKABLE.bytes();
        String digest = Form.SEEKABLE.put(bytes);
        Files.delete(store.payload(KIND, digest));
        assertEquals(404, rest.payload(KIND, digest).status());
        assertEquals(digest, Form.SEEKABLE.put(bytes));
        assertWhole(digest, bytes, "mended");
    }

    @Test
    void aDamagedStagedPayloadIsRefusedAndMended() throws IOException {
        byte[] bytes = Form.SEEKABLE.bytes();
        String digest = Rest.digest(bytes);
        assertEquals(
                201, rest.send("PUT", Rest.payloadPath(KIND, digest), bytes).status());
        flip(store.payload(KIND, digest), 40_000, true);
        assertEquals("502 CORRUPT_OBJECT", summary(digest, "Accept-Encoding", "zstd"));
        assertEquals(digest, Form.SEEKABLE.put(bytes));
        assertWhole(digest, bytes, "mended");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 200})
    void aTornManifestIsRefusedAndMendedByThePut(int left) throws IOException {
        try (SurfaceProcess cold = SurfaceProcess.server(server.home())
                        .env("SURFACE_CACHE_TYPE", "none")
                        .jvm("-XX:TieredStopAtLevel=1")
                        .start();
                Rest reader = new Rest(cold)) {
            for (Form form : Form.values()) {
                byte[] bytes = form.bytes();
                String digest = form.put(bytes);
                Path file = store.manifest(KIND, digest);
                Files.write(file, Arrays.copyOf(Files.readAllBytes(file), left));
                assertEquals("502 CORRUPT_OBJECT", reader.manifest(KIND, digest).summary());
                assertEquals("502 CORRUPT_OBJECT", reader.payload(KIND, digest).summary());
                assertEquals(digest, form.put(bytes));
                assertWhole(digest, bytes, "mended");
                assertArrayEquals(bytes, reader.payload(KIND, digest).body());
            }
        }
    }

    @Test
    void aTornManifestIsLeftOutOfListsAndToldToTheOperatorUntilAPutMendsIt() throws IOException {
        String image = "sha256:" + "7e".repeat(32);
        String scan = "scan-with-a-torn-manifest";
        Set<String> all = new TreeSet<>();
        byte[] torn = Form.SMALL.bytes();
        for (byte[] bytes : List.of(Form.SMALL.bytes(), torn, Form.SMALL.bytes())) {
            all.add(rest.stored(LISTED, bytes, "Surface-Image-Digest", image, "Surface-Scan-Id", scan));
        }
        String digest = Rest.digest(torn);
        Path file = store.manifest(LISTED, digest);
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 200));
        Set<String> readable = new TreeSet<>(all);
        readable.remove(digest);
        try (GrpcClient grpc = new GrpcClient(server)) {
            for (String filter : List.of("kind=" + LISTED, "image_digest=" + image, "scan_id=" + scan)) {
                assertEquals(readable, rest.listedBy(filter), filter);
                assertEquals(readable, listed(grpc, filter), filter);
            }
        }
        String line = "event=corrupt-manifest tenant=" + Rest.TENANT + " kind=" + LISTED + " digest=" + digest;
        assertEquals(1, server.output().split(line, -1).length - 1, server::output);
        try (SurfaceProcess cold = SurfaceProcess.server(server.home())
                        .jvm("-XX:TieredStopAtLevel=1")
                        .start();
                Rest reader = new Rest(cold)) {
            assertEquals("502 CORRUPT_OBJECT", reader.manifest(LISTED, digest).summary());
        }
        rest.stored(LISTED, torn);
        assertEquals(all, rest.listedBy("scan_id=" + scan));
    }

    private static Set<String> listed(GrpcClient grpc, String filter) {
        ListManifestsRequest.Builder request = ListManifestsRequest.newBuilder().setTenant(Rest.TENANT);
        String value = filter.substring(filter.indexOf('=') + 1);
        switch (filter.charAt(0)) {
            case 'k' -> request.setKind(value);
            case 'i' -> request.setImageDigest(value);
            default -> request.setScanId(value);
        }
        Set<String> digests = new TreeSet<>();
        grpc.surface()
                .listManifests(request.build())
                .getManifestsList()
                .forEach(manifest -> digests.add(manifest.getDigest()));
        return digests;
    }
}
