package io.surfacefs.spool;

import static io.surfacefs.store.TestArtefacts.ACME;
import static io.surfacefs.store.TestArtefacts.IMAGE;
import static io.surfacefs.store.TestArtefacts.SCAN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.CacheKey;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Namespace;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.TestArtefacts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A spool of its own for each test, and what tests of it have in common. */
abstract class SpoolCase {
    static final CacheKey MEMO = new CacheKey(ACME, new Namespace("entrytrace.graph"), IMAGE);

    SpoolRig rig;
    SpoolStore store;

    @BeforeEach
    void open() throws IOException {
        rig = new SpoolRig();
        store = rig.open();
    }

    @AfterEach
    void close() throws IOException {
        rig.close();
    }

    static SurfaceException outage() {
        return new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "the store is out");
    }

    static void assertCode(ErrorCode code, Runnable work) {
        assertEquals(code, assertThrows(SurfaceException.class, work::run).code());
    }

    static ScanManifest scan(String generatedAt, ArtefactKey listed) {
        byte[] json = ("{\"imageDigest\":\"" + IMAGE + "\",\"generatedAt\":\"" + generatedAt
                        + "\",\"artifacts\":[{\"kind\":\"" + listed.kind() + "\",\"digest\":\"" + listed.digest()
                        + "\"}]}")
                .getBytes(StandardCharsets.UTF_8);
        return TestArtefacts.CODEC
                .fillScan(TestArtefacts.CODEC.parse(json), ACME, SCAN, Instant.parse("2026-01-01T00:00:00Z"))
                .manifest();
    }

    static byte[] value(ArtefactStore.OpenEntry entry) {
        try (entry) {
            return entry.raw().bytes();
        }
    }
}
