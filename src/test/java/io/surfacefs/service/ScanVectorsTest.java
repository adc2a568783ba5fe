package io.surfacefs.service;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.surfacefs.access.Access;
import io.surfacefs.access.Caller;
import io.surfacefs.access.Right;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.MemoryBlobStore;
import io.surfacefs.store.TestArtefacts;
import io.surfacefs.store.layout.LayoutSettings;
import io.surfacefs.store.layout.LayoutStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The vectors for implementations of another hand, against this one. */
class ScanVectorsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path FOLDER = Path.of("src/test/resources/vectors/scan-manifest");

    private static List<JsonNode> list(String file) throws IOException {
        List<JsonNode> vectors = new ArrayList<>();
        JSON.readTree(FOLDER.resolve(file).toFile()).forEach(vectors::add);
        assertFalse(vectors.isEmpty(), file);
        return vectors;
    }

    static List<JsonNode> vectors() throws IOException {
        return list("vectors.json");
    }

    static List<JsonNode> refusals() throws IOException {
        return list("refused.json");
    }

    static List<JsonNode> attempts() throws IOException {
        return list("attempts.json");
    }

    /** A service whose clock stands still. */
    private static ScanService service(String now) {
        Clock clock = Clock.fixed(Instant.parse(now), ZoneOffset.UTC);
        return service(clock, store(clock));
    }

    private static ScanService service(Clock clock, ArtefactStore store) {
        return new ScanService(store, TestArtefacts.CODEC, clock);
    }

    private static ArtefactStore store(Clock clock) {
        return new LayoutStore(
                new MemoryBlobStore(clock),
                TestArtefacts.CODEC,
                TestArtefacts.VERIFIER,
                LayoutSettings.DEFAULT,
                clock,
                Events.NONE);
    }

    private static TenantAccess access(String tenant, Right right) {
        return new Access(null).admit(Caller.LOCAL, tenant, right);
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void whatIsSentBecomesTheseBytesThisDigestAndThisPointer(JsonNode vector) throws IOException {
        String name = vector.get("name").asText();
        String tenant = vector.get("tenant").asText();
        ScanId scan = new ScanId(vector.get("scanId").asText());
        byte[] canonical = Files.readAllBytes(FOLDER.resolve(name + ".canonical.json"));
        byte[] input = Files.readAllBytes(FOLDER.resolve(name + ".input.json"));
        Clock clock = Clock.fixed(Instant.parse(vector.get("receivedAt").asText()), ZoneOffset.UTC);
        ArtefactStore store = store(clock);
        ScanService service = service(clock, store);
        ScanService.PutResult put = service.put(access(tenant, Right.WRITE), scan, input);
        assertTrue(put.created());
        assertEquals(
                new String(canonical, StandardCharsets.UTF_8),
                new String(put.manifest().canonical(), StandardCharsets.UTF_8));
        assertEquals(vector.get("digest").asText(), put.manifest().digest().toString());
        assertEquals(
                vector.get("pointer").asText(),
                ObjectNames.manifestUri(put.manifest().key()));
        assertFalse(service.put(access(tenant, Right.WRITE), scan, input).created(), "a retry made something new");
        assertFalse(service.put(access(tenant, Right.WRITE), scan, canonical).created());
        assertArrayEquals(
                canonical, service.current(access(tenant, Right.READ), scan).canonical());

        // Listing finds it under its scan, and under its image where it has one.
        Digest image = put.manifest().imageDigest();
        for (ArtefactStore.Query query : image == null
                ? List.of(query(tenant, null, scan))
                : List.of(query(tenant, null, scan), query(tenant, image, null))) {
            assertEquals(
                    List.of(put.manifest().digest()),
                    store.page(query).manifests().stream()
                            .map(found -> found.key().digest())
                            .toList());
        }
    }

    private static ArtefactStore.Query query(String tenant, Digest image, ScanId scan) {
        return new ArtefactStore.Query(
                access(tenant, Right.READ).tenant(), Kind.SURFACE_MANIFEST, image, scan, "", 10, Long.MAX_VALUE);
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void whatIsNoScanManifestIsRefusedWithItsCode(JsonNode vector) throws IOException {
        byte[] input = Files.readAllBytes(FOLDER.resolve(vector.get("name").asText() + ".refused.json"));
        ScanId scan = new ScanId(vector.get("scanId").asText());
        TenantAccess write = access(vector.get("tenant").asText(), Right.WRITE);
        ScanService service = service("2025-10-29T12:00:00Z");
        SurfaceException refused = assertThrows(SurfaceException.class, () -> service.put(write, scan, input));
        assertEquals(vector.get("code").asText(), refused.code().name());
        assertTrue(service.put(write, scan, "{\"artifacts\":[]}".getBytes(StandardCharsets.UTF_8))
                .created());
    }

    @ParameterizedTest
    @MethodSource("attempts")
    void ofManyAttemptsOneIsCurrentInWhateverOrderTheyCome(JsonNode vector) {
        ScanId scan = new ScanId("scan-1234");
        List<JsonNode> manifests = new ArrayList<>();
        vector.get("manifests").forEach(manifests::add);
        for (int seed = 0; seed < 6; seed++) {
            Collections.shuffle(manifests, new Random(seed));
            ScanService service = service("2025-10-29T12:00:00Z");
            for (JsonNode manifest : manifests) {
                byte[] input = manifest.get("input").asText().getBytes(StandardCharsets.UTF_8);
                assertEquals(
                        manifest.get("digest").asText(),
                        service.put(access("acme", Right.WRITE), scan, input)
                                .manifest()
                                .digest()
                                .toString());
            }
            assertEquals(
                    vector.get("current").asText(),
                    service.current(access("acme", Right.READ), scan).digest().toString());
        }
    }
}
