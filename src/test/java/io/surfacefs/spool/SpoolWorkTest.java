package io.surfacefs.spool;

import static io.surfacefs.store.TestArtefacts.ACME;
import static io.surfacefs.store.TestArtefacts.IMAGE;
import static io.surfacefs.store.TestArtefacts.INDEX;
import static io.surfacefs.store.TestArtefacts.filled;
import static io.surfacefs.store.TestArtefacts.key;
import static io.surfacefs.store.TestArtefacts.noise;
import static io.surfacefs.store.TestArtefacts.put;
import static io.surfacefs.store.TestArtefacts.read;
import static io.surfacefs.store.TestArtefacts.received;
import static io.surfacefs.store.TestArtefacts.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.surfacefs.codec.Hashes;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.CacheKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Namespace;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.FolderOwnedException;
import io.surfacefs.store.TestArtefacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the operator can do to a spool that no server runs on. */
class SpoolWorkTest {
    private static final CacheKey MEMO = new CacheKey(ACME, new Namespace("entrytrace.graph"), IMAGE);
    private static final byte[] SMALL = text(1, 500);
    private static final byte[] LARGE = noise(2, 40_000);
    private static final byte[] THIRD = text(3, 700);
    private static final ArtefactKey OTHER = key(THIRD);

    private SpoolRig rig;

    @BeforeEach
    void fill() throws IOException {
        rig = new SpoolRig();
        rig.open();
        rig.store.refusal = call -> call.equals("commit " + key(SMALL))
                ? new SurfaceException(ErrorCode.QUOTA_EXCEEDED, "the tenant's quota is used up")
                : null;
        put(rig.spooled, SMALL);
        rig.deliver();
        rig.spooled.commit(
                key(LARGE),
                SpoolRig.local(rig.home.resolve("upload"), received(LARGE)),
                filled(key(LARGE), null),
                INDEX);
        rig.spooled.putCacheEntry(MEMO, received(SMALL));
    }

    @AfterEach
    void close() throws IOException {
        rig.close();
    }

    private List<String> listed() throws IOException {
        List<String> lines = new ArrayList<>();
        SpoolWork.list(
                rig.root,
                item -> lines.add((item.rejected() ? "rejected " : "waits ") + item.what() + " " + item.key()
                        + (item.code() == null ? "" : " " + item.code())));
        return lines;
    }

    @Test
    void whatLiesThereIsShownAlsoBesideAServer() throws IOException {
        assertEquals(
                List.of(
                        "waits commit " + key(LARGE),
                        "waits cache cache/entrytrace.graph/acme/" + IMAGE,
                        "rejected commit " + key(SMALL) + " QUOTA_EXCEEDED"),
                listed());
        assertThrows(FolderOwnedException.class, () -> SpoolWork.open(rig.root, rig.real));
        assertThrows(NoSuchFileException.class, () -> SpoolWork.list(rig.home.resolve("none"), item -> {}));
    }

    @Test
    void whatWasRejectedIsPutBackAndDeliveredByTheNext() throws IOException {
        rig.spool.abandon();
        List<String> done = new ArrayList<>();
        try (SpoolWork work = SpoolWork.open(rig.root, rig.real)) {
            work.retry(item -> true, item -> done.add(item.key()));
        }
        assertEquals(List.of(key(SMALL).toString()), done);
        assertEquals(List.of(), rig.files("rejected"));
        rig.store.refusal = call -> null;
        rig.open();
        rig.deliver();
        assertEquals(3, rig.delivered.get());
        assertArrayEquals(SMALL, read(rig.layout, key(SMALL)));
    }

    @Test
    void allIsCopiedOutInTheFoldersOfAKitButNothingThatIsDamaged() throws IOException {
        rig.spool.abandon();
        Path out = rig.home.resolve("out");
        List<String> done = new ArrayList<>();
        List<String> damaged = new ArrayList<>();
        try (SpoolWork work = SpoolWork.open(rig.root, rig.real)) {
            work.export(out, item -> true, item -> done.add(item.key()), item -> damaged.add(item.key()));
            assertEquals(3, done.size());
            assertEquals(List.of(), damaged);
            for (byte[] payload : List.of(SMALL, LARGE)) {
                assertEquals(
                        received(payload).facts().storedDigest(),
                        Hashes.sha256(Files.readAllBytes(payload(out, key(payload)))));
            }
            Path manifest = manifest(out, key(SMALL));
            assertEquals(
                    key(SMALL),
                    TestArtefacts.CODEC
                            .readArtefact(Files.readAllBytes(manifest), key(SMALL))
                            .key());
            assertArrayEquals(
                    ((BlobSource.Bytes) received(SMALL).content()).bytes(),
                    Files.readAllBytes(out.resolve("cache/entrytrace.graph/acme/" + IMAGE.hex() + ".zst")));
            assertEquals(3, listed().size());

            Path large = rig.root.resolve("entries/0000000000000002.payload");
            byte[] bytes = Files.readAllBytes(large);
            bytes[20_000] ^= 1;
            Files.delete(large); // which the upload is linked to
            Files.write(large, bytes);
            done.clear();
            work.export(
                    rig.home.resolve("again"), item -> true, item -> done.add(item.key()), i -> damaged.add(i.key()));
            assertEquals(2, done.size());
            assertEquals(List.of(key(LARGE).toString()), damaged);
            assertFalse(Files.exists(payload(rig.home.resolve("again"), key(LARGE))));
        }
    }

    private record Exported(List<String> done, List<String> left) {}

    private Exported export(Path out) throws IOException {
        Exported exported = new Exported(new ArrayList<>(), new ArrayList<>());
        try (SpoolWork work = SpoolWork.open(rig.root, rig.real)) {
            work.export(
                    out,
                    item -> item.key().equals(OTHER.toString()),
                    item -> exported.done.add(item.what()),
                    item -> exported.left.add(item.what()));
        }
        return exported;
    }

    /** A manifest and a payload in the target describe each other, whichever put they came from. */
    private void assertPair(Path out, Digest stored) throws IOException {
        byte[] manifest = Files.readAllBytes(manifest(out, OTHER));
        assertEquals(
                stored,
                TestArtefacts.CODEC.readArtefact(manifest, OTHER).payload().storedDigest());
        assertEquals(stored, Hashes.sha256(Files.readAllBytes(payload(out, OTHER))));
    }

    @Test
    void aManifestIsCopiedWithItsOwnPayloadWhateverElseWasPutOfTheKey() throws IOException {
        rig.store.refusal = call -> call.startsWith("stage")
                ? new SurfaceException(ErrorCode.QUOTA_EXCEEDED, "the tenant's quota is used up")
                : null;
        rig.spooled.stage(OTHER, received(THIRD));
        rig.deliver();
        rig.store.fault = new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "out");
        ArtefactStore.Received theirs = TestArtefacts.receivedEncodedElsewhere(THIRD);
        Path out = rig.home.resolve("out");
        rig.spool.abandon();
        assertEquals(new Exported(List.of("stage"), List.of()), export(out));
        assertEquals(received(THIRD).facts().storedDigest(), Hashes.sha256(Files.readAllBytes(payload(out, OTHER))));

        rig.open();
        rig.spooled.commit(OTHER, theirs, filled(OTHER, null), INDEX);
        rig.spool.abandon();
        assertEquals(new Exported(List.of("commit", "stage"), List.of()), export(out));
        assertPair(out, theirs.facts().storedDigest());
        assertEquals(new Exported(List.of("commit", "stage"), List.of()), export(rig.home.resolve("new")));
        assertPair(rig.home.resolve("new"), theirs.facts().storedDigest());
    }

    @Test
    void aDamagedFirstPutLeavesItsPlaceToTheSecondAndAPayloadThatNothingDescribesIsLeft() throws IOException {
        rig.store.fault = new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "out");
        ArtefactStore.Received theirs = TestArtefacts.receivedEncodedElsewhere(THIRD);
        rig.spooled.commit(OTHER, received(THIRD), filled(OTHER, null), INDEX);
        rig.spooled.commit(
                OTHER, theirs, filled(OTHER, null), new ArtefactStore.Index(Set.of(IMAGE, OTHER.digest()), Set.of()));
        rig.spool.abandon();
        Path out = rig.home.resolve("out");
        assertEquals(new Exported(List.of("commit", "commit"), List.of()), export(out));
        assertPair(out, received(THIRD).facts().storedDigest());
        Path first = rig.root.resolve("entries/0000000000000004");
        byte[] bytes = Files.readAllBytes(first);
        bytes[bytes.length - 3] ^= 1;
        Files.write(first, bytes);
        assertEquals(new Exported(List.of("commit"), List.of("commit")), export(out));
        assertPair(out, theirs.facts().storedDigest());
    }

    @Test
    void aPayloadIsNotLaidBesideAManifestThatDescribesAnother() throws IOException {
        rig.store.refusal = call -> call.startsWith("stage")
                ? new SurfaceException(ErrorCode.QUOTA_EXCEEDED, "the tenant's quota is used up")
                : null;
        rig.spooled.stage(OTHER, received(THIRD));
        rig.deliver();
        rig.layout.stage(OTHER, TestArtefacts.receivedEncodedElsewhere(THIRD));
        rig.spooled.commit(OTHER, null, filled(OTHER, null), INDEX);
        rig.spool.abandon();
        Path out = rig.home.resolve("out");
        assertEquals(new Exported(List.of("commit"), List.of("stage")), export(out));
        assertFalse(Files.exists(payload(out, OTHER)));
        Files.delete(manifest(out, OTHER));
        assertEquals(new Exported(List.of("commit"), List.of("stage")), export(out));
    }

    private static Path manifest(Path out, ArtefactKey key) {
        return out.resolve("offline/surface/manifests/tenants/acme/sbom.fragment/"
                + key.digest().hex() + ".json");
    }

    private static Path payload(Path out, ArtefactKey key) {
        return out.resolve("offline/surface/payloads/tenants/acme/sbom.fragment/"
                + key.digest().hex() + ".json.zst");
    }

    @Test
    void whatIsDroppedIsGone() throws IOException {
        rig.spool.abandon();
        try (SpoolWork work = SpoolWork.open(rig.root, rig.real)) {
            work.drop(item -> item.rejected() || item.what().equals("cache"), item -> {});
        }
        assertEquals(List.of("waits commit " + key(LARGE)), listed());
        try (SpoolWork work = SpoolWork.open(rig.root, rig.real)) {
            work.drop(item -> true, item -> {});
        }
        assertEquals(List.of(), rig.files("entries"));
        assertEquals(List.of(), rig.files("rejected"));
    }
}
