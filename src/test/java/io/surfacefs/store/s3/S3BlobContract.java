package io.surfacefs.store.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.codec.PayloadReader;
import io.surfacefs.codec.UploadEncoder;
import io.surfacefs.codec.UploadLimits;
import io.surfacefs.it.Relay;
import io.surfacefs.model.ByteRange;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.Representation;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.TestArtefacts;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.services.s3.S3Client;

/** What the layout needs of objects in buckets, on whatever server. The wire between is counted and cut. */
abstract class S3BlobContract {
    private static final AtomicInteger PREFIXES = new AtomicInteger();

    @TempDir
    Path folder;

    private final String prefix = "blobs/" + S3StoreContract.RUN + "-" + PREFIXES.incrementAndGet();
    private Relay wire;
    S3BlobStore blobs;

    /** Where the server listens; its bucket {@code one-bucket} is there. */
    abstract URI endpoint();

    /** The folder of keys that the server knows. */
    Path secrets() {
        return S3Secrets.folder();
    }

    private S3Settings settings(URI at) {
        return S3StoreContract.settings(at, "one-bucket", prefix, secrets());
    }

    @BeforeEach
    void open() {
        wire = new Relay(endpoint());
        blobs = S3BlobStore.open(settings(wire.endpoint()), S3StoreContract.PART);
    }

    @AfterEach
    void close() {
        blobs.close();
        wire.close();
    }

    private BlobSource file(byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("file-" + bytes.length), bytes);
        return new BlobSource.LocalFile(file, bytes.length).known(ManifestCodec.digestOf(bytes));
    }

    BlobStore.PutResult put(BlobKey key, BlobSource source) {
        return blobs.putAllIfAbsent(List.of(new BlobStore.Put(key, source)));
    }

    static BlobSource bytes(String text) {
        return new BlobSource.Bytes(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private byte[] read(BlobKey key, int size) {
        try (BlobStoreBytes open = new BlobStoreBytes(blobs.open(key, size))) {
            assertEquals(size, open.opened().head().size());
            return open.read(0, size + 1);
        }
    }

    @Test
    void objectsOfEverySizeComeBackAsTheyWere() throws IOException {
        int n = 0;
        for (int size : new int[] {0, 1, 1000, 262_144, 262_145, 1_500_000, 5 << 20, (5 << 20) + 1, (15 << 20) + 7}) {
            byte[] content = TestArtefacts.noise(size + 1, size);
            BlobKey key = BlobKey.cache("sizes/" + n++);
            assertEquals(
                    new BlobStore.PutResult(1, true, true),
                    put(key, size > 1000 ? file(content) : new BlobSource.Bytes(content)));
            assertArrayEquals(content, read(key, size));
            try (BlobStoreBytes open = new BlobStoreBytes(blobs.open(key, -1))) {
                assertArrayEquals(content, open.read(0, size));
            }
            assertEquals(size, blobs.head(key).size());
        }
        assertNull(blobs.head(BlobKey.cache("sizes/none")));
        assertNull(blobs.open(BlobKey.cache("sizes/none"), -1));
        assertNull(blobs.open(BlobKey.cache("sizes/none"), 1 << 20));
        assertNull(blobs.read(BlobKey.cache("sizes/none"), 10));
    }

    @Test
    void whatIsThereIsNotPutOverWhetherItComesInOnePieceOrInParts() throws IOException {
        for (int size : new int[] {2 << 20, 11 << 20}) {
            byte[] first = TestArtefacts.noise(1, size);
            BlobKey key = BlobKey.cache("there/" + size);
            assertTrue(put(key, file(first)).lastCreated());
            assertEquals(new BlobStore.PutResult(0, false, false), put(key, file(TestArtefacts.noise(2, size))));
            assertArrayEquals(first, read(key, size));
            assertTrue(blobs.replace(key, null, file(TestArtefacts.noise(3, size))));
            assertArrayEquals(TestArtefacts.noise(3, size), read(key, size));
        }
        assertEquals(0, uploadsLeft());
    }

    @Test
    void anEqualSmallObjectCountsAsPutAndAnotherOneStopsTheList() {
        BlobKey a = BlobKey.manifest("list/a");
        BlobKey b = BlobKey.manifest("list/b");
        BlobKey c = BlobKey.manifest("list/c");
        put(b, bytes("same"));
        assertEquals(
                new BlobStore.PutResult(3, true, true),
                blobs.putAllIfAbsent(List.of(
                        new BlobStore.Put(a, bytes("1")),
                        new BlobStore.Put(b, bytes("same")),
                        new BlobStore.Put(c, bytes("3")))));
        BlobKey d = BlobKey.manifest("list/d");
        assertEquals(
                new BlobStore.PutResult(1, false, false),
                blobs.putAllIfAbsent(List.of(
                        new BlobStore.Put(a, bytes("1")),
                        new BlobStore.Put(b, bytes("other")),
                        new BlobStore.Put(d, bytes("4")))));
        assertNull(blobs.head(d));
    }

    @Test
    void aChangeHappensOnlyToTheObjectThatWasSeen() {
        BlobKey key = BlobKey.manifest("tag/a");
        assertFalse(blobs.replace(key, "\"0123456789abcdef0123456789abcdef\"", bytes("x")));
        assertNull(blobs.head(key));
        put(key, bytes("one"));
        String first = blobs.head(key).tag();
        assertEquals(first, blobs.read(key, 10).head().tag());
        assertTrue(blobs.replace(key, first, bytes("two")));
        String second = blobs.head(key).tag();
        assertNotEquals(first, second);
        assertFalse(blobs.replace(key, first, bytes("three")));
        assertFalse(blobs.delete(key, first));
        assertEquals("two", new String(blobs.read(key, 10).bytes(), java.nio.charset.StandardCharsets.UTF_8));
        assertTrue(blobs.delete(key, second));
        assertFalse(blobs.delete(key, null));
        assertNull(blobs.head(key));
    }

    @Test
    void pagesComeInTheOrderOfTheBytesOfWholeNames() {
        TreeSet<String> names = new TreeSet<>();
        for (String name :
                List.of("a", "a-b/x", "a.b/x", "a/x", "a/y", "a0", "b/c/d", "b/c/e", "b/c-d", "b/d", "c:d@e+f")) {
            names.add("order/" + name + (name.equals("a") ? "-file" : ""));
        }
        blobs.putAllIfAbsent(names.stream()
                .map(n -> new BlobStore.Put(BlobKey.manifest(n), BlobSource.Bytes.EMPTY))
                .toList());
        for (int limit : new int[] {1, 2, 3, 100}) {
            assertEquals(List.copyOf(names), all("order/", false, limit));
            TreeSet<String> level = new TreeSet<>();
            names.forEach(n -> {
                int slash = n.indexOf('/', "order/".length());
                level.add(slash < 0 ? n : n.substring(0, slash + 1));
            });
            assertEquals(List.copyOf(level), all("order/", true, limit));
        }
        assertEquals(List.of(), all("order/none/", false, 5));
        assertEquals(List.of("order/b/c/d", "order/b/c/e"), all("order/b/c/", false, 5));
    }

    private List<String> all(String folder, boolean delimiter, int limit) {
        List<String> all = new ArrayList<>();
        String after = "";
        while (true) {
            BlobStore.Names page = blobs.list(BlobKey.Bucket.MANIFEST, folder, after, delimiter, limit);
            assertTrue(page.names().size() <= limit);
            all.addAll(page.names());
            if (!page.more()) {
                return all;
            }
            after = page.names().getLast();
        }
    }

    @Test
    void aRangeOfAPayloadFetchesTheFramesThatHoldItAndNoOthers() throws IOException {
        byte[] raw = new byte[40 << 20];
        System.arraycopy(TestArtefacts.noise(9, raw.length), 0, raw, 0, raw.length);
        ByteArrayOutputStream stored = new ByteArrayOutputStream();
        StoredPayload facts = new UploadEncoder(TestArtefacts.POOL, UploadLimits.DEFAULT)
                .encode(
                        new ByteArrayInputStream(raw),
                        Representation.IDENTITY,
                        new MediaType("application/json"),
                        stored::write,
                        Map.of())
                .payload();
        BlobKey key = BlobKey.cache("frames/a");
        put(key, file(stored.toByteArray()));
        long frame = 256 << 10;
        for (long[] range :
                new long[][] {{20_000_000, 65_536}, {0, 1}, {raw.length - 10, 10}, {1_000_000, 3_000_000}}) {
            long frames = (range[0] + range[1] - 1) / frame - range[0] / frame + 1;
            long before = wire.received();
            try (BlobStoreBytes open = new BlobStoreBytes(blobs.open(key, facts.storedSize()));
                    PayloadReader reader = PayloadReader.open(
                            TestArtefacts.POOL, open.opened().bytes(), facts, new ByteRange(range[0], range[1]))) {
                ByteArrayOutputStream part = new ByteArrayOutputStream();
                for (var block = reader.next(); block != null; block = reader.next()) {
                    part.write(block.array(), block.offset(), block.length());
                }
                assertArrayEquals(
                        Arrays.copyOfRange(raw, (int) range[0], (int) (range[0] + range[1])), part.toByteArray());
            }
            long fetched = wire.received() - before;
            // The tail with the table is 16 KiB, headers take some; noise makes stored frames as large as raw ones.
            assertTrue(fetched < frames * (frame + 64) + (24 << 10), frames + " frames, but " + fetched + " bytes");
        }
    }

    @Test
    void aWholeLargeObjectIsReadInOneRequestAndReadOnWhereTheWireBreaks() throws IOException {
        byte[] content = TestArtefacts.noise(10, 9_000_000);
        BlobKey key = BlobKey.cache("wire/a");
        put(key, file(content));
        wire.cutAll();
        long before = wire.received();
        try (BlobStoreBytes open = new BlobStoreBytes(blobs.open(key, content.length))) {
            open.expect(0, content.length);
            assertArrayEquals(content, open.read(0, content.length));
        }
        assertTrue(wire.received() - before < content.length + 8_192);
        wire.cutAfter(3_000_000);
        try (BlobStoreBytes open = new BlobStoreBytes(blobs.open(key, content.length))) {
            open.expect(0, content.length);
            assertArrayEquals(content, open.read(0, content.length, 1));
        }
        assertTrue(wire.received() - before < 2L * content.length + 600_000);
    }

    @Test
    void readsAtAnyPlaceInAnyOrderGiveTheBytesOfThatPlace() throws IOException {
        byte[] content = TestArtefacts.noise(11, 3_000_000);
        BlobKey key = BlobKey.cache("random/a");
        put(key, file(content));
        java.util.Random random = new java.util.Random(12);
        try (BlobStoreBytes open = new BlobStoreBytes(blobs.open(key, random.nextBoolean() ? -1 : content.length))) {
            for (int i = 0; i < 60; i++) {
                int from = random.nextInt(content.length);
                int length = random.nextInt(100_000);
                if (random.nextBoolean()) {
                    open.expect(from, from + random.nextInt(200_000));
                }
                assertArrayEquals(
                        Arrays.copyOfRange(content, from, Math.min(content.length, from + length)),
                        open.read(from, length));
            }
        }
    }

    private int uploadsLeft() {
        S3Settings settings = settings(endpoint());
        try (SdkHttpClient http = S3Clients.http(settings);
                S3Client client = S3Clients.client(settings, http, S3Clients.credentials(settings))) {
            return client.listMultipartUploads(r -> r.bucket("one-bucket").prefix(prefix))
                    .uploads()
                    .size();
        }
    }
}
