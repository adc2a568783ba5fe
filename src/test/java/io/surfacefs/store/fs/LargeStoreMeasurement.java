package io.surfacefs.store.fs;

import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.Digest;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import io.surfacefs.store.TestArtefacts;
import io.surfacefs.store.layout.LayoutSettings;
import io.surfacefs.store.layout.LayoutStore;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Not a test: what a page costs in a folder of very many manifests of one kind, and what a start costs after a crash
 * that left the journal at its bound. Arguments: {@code pages FOLDER MANIFESTS} or {@code replay FOLDER}; an empty
 * folder each.
 */
final class LargeStoreMeasurement {
    private static final int SEGMENTS = 8;
    private static final int SEGMENT_BYTES = 8 << 20;

    private LargeStoreMeasurement() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[1]);
        if (args[0].equals("pages")) {
            pages(folder, Integer.parseInt(args[2]));
        } else {
            replay(folder);
        }
    }

    private static FolderBlobStore open(Path root) {
        return FolderStore.open(
                new FolderStore.Place(root, "surface-cache", "surface-manifests", ""),
                new RealDisk(4),
                FolderStore.Hold.OWNER,
                (key, bytes) -> false);
    }

    private static ArtefactManifest manifest(int number, byte[] stored) {
        Digest digest = ManifestCodec.digestOf(("payload " + number).getBytes(StandardCharsets.UTF_8));
        ArtefactKey key = new ArtefactKey(TestArtefacts.ACME, TestArtefacts.SBOM, digest);
        return TestArtefacts.filled(key, null)
                .make(new StoredPayload(
                        new MediaType("application/json"), 4096, stored.length, ManifestCodec.digestOf(stored), false));
    }

    private static void pages(Path root, int count) throws IOException {
        long begun = System.nanoTime();
        IntStream.range(0, count).forEach(i -> {
            ArtefactManifest manifest = manifest(i, new byte[0]);
            Path file = root.resolve("surface-manifests").resolve(ObjectNames.manifest(manifest.key()));
            try {
                Files.createDirectories(Folders.parent(file));
                Files.write(file, manifest.canonical());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        System.out.printf("%d manifests laid out in %.0f s%n", count, (System.nanoTime() - begun) / 1e9);
        try (LayoutStore store = new LayoutStore(
                open(root),
                TestArtefacts.CODEC,
                TestArtefacts.VERIFIER,
                LayoutSettings.DEFAULT,
                Clock.systemUTC(),
                Events.NONE)) {
            for (String at : List.of("first", "00", "7f", "80", "fe", "ff")) {
                String after = at.equals("first") ? "" : TestArtefacts.SBOM + "/" + at + "8".repeat(62);
                long[] nanos = new long[201];
                for (int i = 0; i < nanos.length; i++) {
                    long from = System.nanoTime();
                    ArtefactStore.Page page = store.page(new ArtefactStore.Query(
                            TestArtefacts.ACME, TestArtefacts.SBOM, null, null, after, 50, Long.MAX_VALUE));
                    nanos[i] = System.nanoTime() - from;
                    if (page.manifests().size() != 50) {
                        throw new IllegalStateException(
                                "a page of " + page.manifests().size());
                    }
                }
                double once = nanos[0] / 1e6;
                Arrays.sort(nanos);
                System.out.printf(
                        "page of 50 behind %s: the first time %.2f ms, then median %.2f ms, p99 %.2f ms%n",
                        at, once, nanos[100] / 1e6, nanos[198] / 1e6);
            }
        }
    }

    private static void replay(Path root) throws IOException {
        Path journals = Files.createDirectories(root.resolve("journal"));
        int artefacts = 0;
        for (int segment = 0; segment < SEGMENTS; segment++) {
            Path file = journals.resolve("%016x.journal".formatted(segment));
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
                for (int bytes = 0; bytes < SEGMENT_BYTES; artefacts++) {
                    byte[] record = record(artefacts);
                    out.write(record);
                    bytes += record.length;
                }
            }
        }
        // The journal is held while nothing is retired, so the second opening finds it as the first one did.
        Path kept = root.resolve("kept");
        Files.createDirectories(kept);
        for (Path file : Journal.segments(journals)) {
            Files.createLink(kept.resolve(file.getFileName()), file);
        }
        for (String state : List.of("none of it placed (power lost)", "all of it placed (killed)")) {
            for (Path file : Journal.segments(kept)) {
                Path name = journals.resolve(file.getFileName());
                if (!Files.exists(name)) {
                    Files.createLink(name, file);
                }
            }
            long begun = System.nanoTime();
            FolderBlobStore store = open(root);
            System.out.printf(
                    "%d segments, %d artefacts, %s: open after %.2f s",
                    SEGMENTS, artefacts, state, (System.nanoTime() - begun) / 1e9);
            long closing = System.nanoTime();
            store.close();
            System.out.printf(" (close %.2f s)%n", (System.nanoTime() - closing) / 1e9);
        }
    }

    /** What one put of some 4 KiB leaves in the journal: payload, two index entries, manifest. */
    private static byte[] record(int number) {
        byte[] stored = TestArtefacts.noise(number, 1200);
        ArtefactManifest manifest = manifest(number, stored);
        ArtefactKey key = manifest.key();
        String indexed = "/" + key.kind() + "/" + key.digest().hex();
        String image = TestArtefacts.IMAGE.hex();
        return JournalFormat.record(List.of(
                new BlobStore.Put(BlobKey.cache(ObjectNames.payload(key)), new BlobSource.Bytes(stored)),
                new BlobStore.Put(
                        BlobKey.manifest("index/" + key.tenant() + "/image/" + image + indexed),
                        BlobSource.Bytes.EMPTY),
                new BlobStore.Put(
                        BlobKey.manifest("index/" + key.tenant() + "/scan/" + TestArtefacts.SCAN + indexed),
                        BlobSource.Bytes.EMPTY),
                new BlobStore.Put(
                        BlobKey.manifest(ObjectNames.manifest(key)), new BlobSource.Bytes(manifest.canonical()))));
    }
}
