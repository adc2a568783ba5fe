package io.surfacefs.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.app.CasFolder;
import io.surfacefs.app.Engine;
import io.surfacefs.client.Again;
import io.surfacefs.client.LocalClient;
import io.surfacefs.client.SurfaceClient;
import io.surfacefs.config.TestSettings;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.ops.Events;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublisherTest {
    private static final Tenant ACME = new Tenant("acme");

    private static final Publisher.Limits LIMITS = new Publisher.Limits(Again.USUAL, 3 << 20);

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
            work.with(new LocalClient(engine.access(), engine.artefacts(), engine.scans(), engine.admin()));
        }
    }

    @Test
    void aFileThatIsNoLongerWhatWasCheckedIsNotPublishedAndNeitherIsTheManifest() throws IOException {
        CheckedFile first = checked("a.json", "{\"a\":1}");
        CheckedFile second = checked("b.json", "{\"b\":1}");
        Files.writeString(second.file(), "{\"b\":2}");
        work(client -> {
            SurfaceException refused = assertThrows(
                    SurfaceException.class,
                    () -> Publisher.publish(client, of(first, second), LIMITS, put -> {}, n -> {}));
            assertEquals(ErrorCode.DIGEST_MISMATCH, refused.code());
            assertEquals(
                    ErrorCode.NOT_FOUND,
                    assertThrows(SurfaceException.class, () -> client.scan(ACME, new ScanId("s1")))
                            .code());
        });
        Files.writeString(second.file(), "{\"b\":1}");
        AtomicLong sent = new AtomicLong();
        work(client -> {
            Publisher.Published published =
                    Publisher.publish(client, of(first, second), LIMITS, put -> {}, sent::addAndGet);
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
                        new LocalClient(guest.access(), guest.artefacts(), guest.scans(), guest.admin()),
                        of(file),
                        LIMITS,
                        put -> {},
                        n -> {});
            }
            LocalClient seen = new LocalClient(owner.access(), owner.artefacts(), owner.scans(), owner.admin());
            assertEquals("s1", seen.scan(ACME, new ScanId("s1")).member("scanId"));
            assertTrue(Files.isRegularFile(store.resolve("tmp/owner.lock")), "the service's own folder was cleared");
        }
    }

    @Test
    void aManifestThatWouldBeTooLongIsToldBeforeAnythingIsPut() throws IOException {
        CheckedFile file = checked("a.json", "[1]");
        Publication publication = of(file);
        int length = publication.manifest().length;
        work(client -> {
            Publisher.Limits less = new Publisher.Limits(Again.USUAL, length - 1);
            SurfaceException refused = assertThrows(
                    SurfaceException.class, () -> Publisher.publish(client, publication, less, put -> {}, n -> {}));
            assertEquals(ErrorCode.INVALID_MANIFEST, refused.code());
            assertEquals(1, client.missing(ACME, List.of(publication.key(file))).size());
            Publisher.Limits enough = new Publisher.Limits(Again.USUAL, length);
            assertTrue(Publisher.publish(client, publication, enough, put -> {}, n -> {})
                    .created());
        });
    }

    /** A service that is overloaded so often, then works. */
    private static SurfaceClient overloaded(LocalClient client, AtomicInteger times) {
        return (SurfaceClient) Proxy.newProxyInstance(
                PublisherTest.class.getClassLoader(), new Class<?>[] {SurfaceClient.class}, (self, method, given) -> {
                    if (times.getAndDecrement() > 0) {
                        throw new SurfaceException(
                                ErrorCode.OVERLOADED, "too much at a time", null, null, Duration.ofMillis(1));
                    }
                    try {
                        return method.invoke(client, given);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void anOverloadedServiceIsAskedAgainForArtefactsAndManifest() throws IOException {
        CheckedFile file = checked("a.json", "[1]");
        work(client -> {
            Publisher.Limits patient = new Publisher.Limits(new Again(Duration.ofSeconds(20)), 3 << 20);
            AtomicInteger one = new AtomicInteger(1);
            Consumer<Publisher.Put> thenOnceMore = put -> one.set(1);
            assertTrue(Publisher.publish(overloaded(client, one), of(file), patient, thenOnceMore, n -> {})
                    .created());
            Publisher.Limits hasty = new Publisher.Limits(new Again(Duration.ZERO), 3 << 20);
            SurfaceException told = assertThrows(
                    SurfaceException.class,
                    () -> Publisher.publish(
                            overloaded(client, new AtomicInteger(1)), of(file), hasty, put -> {}, n -> {}));
            assertEquals(ErrorCode.OVERLOADED, told.code());
        });
    }
}
