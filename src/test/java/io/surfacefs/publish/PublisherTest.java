package io.surfacefs.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.app.CasFolder;
import io.surfacefs.app.Engine;
import io.surfacefs.client.LocalClient;
import io.surfacefs.config.TestSettings;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.ops.Events;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublisherTest {
    private static final Tenant ACME = new Tenant("acme");

    @TempDir
    Path folder;

    private static Publication of(CheckedFile... files) {
        return new Publication(
                new Publication.About(
                        ACME, null, new ScanId("s1"), null, new Publication.Origin("builder", null, null, null)),
                List.of(files));
    }

    private CheckedFile checked(String name, String json) throws IOException {
        return CheckedFile.check(PublishedKind.LAYER_FRAGMENTS, Files.writeString(folder.resolve(name), json), n -> {});
    }

    private interface Work {
        void with(LocalClient client) throws IOException;
    }

    /** The CAS root is given up at the end of the work. */
    private void work(Work work) throws IOException {
        try (CasFolder cas = CasFolder.open(folder.resolve("cas"), "surface-cache", "scanner/surface");
                Engine engine = Engine.openFolder(TestSettings.of(Map.of()), cas.place(), Events.NONE)) {
            work.with(new LocalClient(engine.access(), engine.artefacts(), engine.scans()));
        }
    }

    @Test
    void aFileThatIsNoLongerWhatWasCheckedIsNotPublishedAndNeitherIsTheManifest() throws IOException {
        CheckedFile first = checked("a.json", "{\"a\":1}");
        CheckedFile second = checked("b.json", "{\"b\":1}");
        Files.writeString(second.file(), "{\"b\":2}");
        work(client -> {
            SurfaceException refused = assertThrows(
                    SurfaceException.class, () -> Publisher.publish(client, of(first, second), put -> {}, n -> {}));
            assertEquals(ErrorCode.DIGEST_MISMATCH, refused.code());
            assertEquals(
                    ErrorCode.NOT_FOUND,
                    assertThrows(SurfaceException.class, () -> client.scan(ACME, new ScanId("s1")))
                            .code());
        });
        Files.writeString(second.file(), "{\"b\":1}");
        AtomicLong sent = new AtomicLong();
        work(client -> {
            Publisher.Published published = Publisher.publish(client, of(first, second), put -> {}, sent::addAndGet);
            assertTrue(published.created());
            assertEquals(2, published.puts().size());
            assertEquals(
                    published.manifest().key(),
                    client.scan(ACME, new ScanId("s1")).key());
        });
        assertEquals(14, sent.get());
    }

    @Test
    void aStoreInTheFolderAboveIsJoinedAndItsServiceKnowsOfThePuts() throws IOException {
        Path store = folder.resolve("store");
        Map<String, String> service = Map.of(
                "surface.store.root", store.toString(),
                "surface.store.bucket", "surface-cache",
                "surface.store.manifest-bucket", "surface-cache",
                "surface.store.prefix", "scanner/surface",
                "surface.home", folder.resolve("home").toString());
        CheckedFile file = checked("a.json", "[1]");
        try (Engine owner = Engine.serve(TestSettings.of(service), Events.NONE)) {
            assertTrue(owner.owner());
            try (CasFolder cas = CasFolder.open(store.resolve("surface-cache"), "surface-cache", "scanner/surface");
                    Engine guest = Engine.openFolder(TestSettings.of(Map.of()), cas.place(), Events.NONE)) {
                assertEquals(store.toAbsolutePath(), cas.place().work());
                assertFalse(guest.owner());
                Publisher.publish(
                        new LocalClient(guest.access(), guest.artefacts(), guest.scans()),
                        of(file),
                        put -> {},
                        n -> {});
            }
            LocalClient seen = new LocalClient(owner.access(), owner.artefacts(), owner.scans());
            assertEquals("s1", seen.scan(ACME, new ScanId("s1")).member("scanId"));
            assertTrue(Files.isRegularFile(store.resolve("tmp/owner.lock")), "the service's own folder was cleared");
        }
    }
}
