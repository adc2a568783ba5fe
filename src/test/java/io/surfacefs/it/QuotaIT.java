package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.StatusRuntimeException;
import io.surfacefs.grpc.v1.CachePutHeader;
import io.surfacefs.grpc.v1.PutManifestHeader;
import io.surfacefs.grpc.v1.PutPayloadHeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tenant that may store 100 KiB, on a server of its own, behind a spool and behind a sidecar. */
class QuotaIT {
    private static final String KIND = "runtime.delta";
    private static final String MEMO = "/api/v1/tenants/" + Rest.TENANT + "/cache/memo/" + "5".repeat(64);
    private static final byte[] HALF = Rest.noise(60_000, 1);
    private static final byte[] OTHER_HALF = Rest.noise(60_000, 2);
    private static final byte[] SMALL = Rest.noise(10_000, 3);

    @TempDir
    Path folder;

    private SurfaceProcess.Builder server(String home) {
        return SurfaceProcess.server(folder.resolve(home)).env("SURFACE_TENANTS__ACME__QUOTA", "100K");
    }

    private static PutManifestHeader header() {
        return PutManifestHeader.newBuilder()
                .setTenant(Rest.TENANT)
                .setKind(KIND)
                .build();
    }

    private static String refused(Runnable call) {
        return GrpcClient.code(assertThrows(StatusRuntimeException.class, call::run));
    }

    @Test
    void whatPassesTheQuotaIsRefusedOnBothEdgesAlsoAfterARestartAndADropMakesRoom() throws IOException {
        try (SurfaceProcess server = server("home")
                        .env("SURFACE_RETENTION_DELETE", "any")
                        .env("SURFACE_STORE_GRACE", "1s")
                        .env("SURFACE_CACHE_MANIFEST_MAX_AGE", "100ms")
                        .start();
                Rest rest = new Rest(server)) {
            assertEquals(201, rest.put(KIND, HALF).status());
            assertRefused(server, rest);
            assertEquals(200, rest.put(KIND, HALF).status(), "what is known adds nothing");
            assertEquals(201, rest.put(KIND, SMALL).status());
            server.stop();
            server.restart();
            assertRefused(server, rest);
            server.kill9();
            server.restart();
            assertRefused(server, rest);
            assertEquals(
                    201,
                    rest.send("POST", "/api/v1/tenants/other/artefacts/" + KIND, OTHER_HALF)
                            .status());
            assertTrue(SpoolProbe.metric(server, "surface_quota_used_ratio") > 0.6);
            assertTrue(SpoolProbe.metric(server, "surface_quota_exceeded_total") > 0);

            assertEquals(204, rest.delete(KIND, Rest.digest(HALF)).status());
            assertRefused(server, rest);
            Patience.until(() -> swept(rest), server::output);
            try (GrpcClient grpc = new GrpcClient(server)) {
                assertTrue(grpc.put(header(), OTHER_HALF).getCreated());
            }
            assertEquals("507 QUOTA_EXCEEDED", rest.put(KIND, HALF).summary());
        }
    }

    private static boolean swept(Rest rest) {
        try {
            return rest.send("POST", "/api/v1/admin/gc", new byte[0]).text().contains("\"dropped\":1");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertRefused(SurfaceProcess server, Rest rest) throws IOException {
        String digest = Rest.digest(OTHER_HALF);
        assertEquals("507 QUOTA_EXCEEDED", rest.put(KIND, OTHER_HALF).summary());
        assertEquals(
                "507 QUOTA_EXCEEDED",
                rest.send("PUT", Rest.payloadPath(KIND, digest), OTHER_HALF).summary());
        assertEquals("507 QUOTA_EXCEEDED", rest.send("PUT", MEMO, OTHER_HALF).summary());
        try (GrpcClient grpc = new GrpcClient(server)) {
            assertEquals("QUOTA_EXCEEDED RESOURCE_EXHAUSTED", refused(() -> grpc.put(header(), OTHER_HALF)));
            PutPayloadHeader payload = PutPayloadHeader.newBuilder()
                    .setTenant(Rest.TENANT)
                    .setKind(KIND)
                    .setDigest(digest)
                    .build();
            assertEquals("QUOTA_EXCEEDED RESOURCE_EXHAUSTED", refused(() -> grpc.putPayload(payload, OTHER_HALF)));
            CachePutHeader entry = CachePutHeader.newBuilder()
                    .setTenant(Rest.TENANT)
                    .setNamespace("memo")
                    .setSha256("5".repeat(64))
                    .build();
            assertEquals("QUOTA_EXCEEDED RESOURCE_EXHAUSTED", refused(() -> grpc.putEntry(entry, OTHER_HALF)));
        }
        assertEquals("404 NOT_FOUND", rest.manifest(KIND, digest).summary());
        assertEquals("404 NOT_FOUND", rest.payload(KIND, digest).summary());
        assertEquals("404 NOT_FOUND", rest.send("GET", MEMO, null).summary());
    }

    @Test
    void whatTheSpoolTookAndTheQuotaRefusesIsPutAsideAndTheNextGoesOn() throws IOException {
        try (SurfaceProcess server = server("home")
                        .env("SURFACE_CACHE_TYPE", "none")
                        .env("SURFACE_WRITE_MODE", "write-behind")
                        .start();
                Rest rest = new Rest(server)) {
            assertEquals(201, rest.put(KIND, HALF).status());
            SpoolProbe.awaitDelivered(server);
            assertEquals(201, rest.put(KIND, OTHER_HALF).status());
            assertEquals(201, rest.put(KIND, SMALL).status());
            SpoolProbe.awaitDelivered(server);
            assertEquals(1, SpoolProbe.metric(server, "surface_spool_rejected_total"));
            assertFalse(SpoolProbe.files(server, "rejected").isEmpty());
            assertEquals(200, rest.manifest(KIND, Rest.digest(SMALL)).status());
            assertEquals(
                    "404 NOT_FOUND",
                    rest.manifest(KIND, Rest.digest(OTHER_HALF)).summary());
        }
    }

    @Test
    void theUpstreamsRefusalIsTheSidecars() throws IOException {
        try (SurfaceProcess service = server("service").start();
                SurfaceProcess sidecar = SurfaceProcess.server(folder.resolve("sidecar"))
                        .env("SURFACE_STORE_TYPE", "upstream")
                        .env("SURFACE_STORE_ENDPOINT", "http://127.0.0.1:" + service.grpcPort())
                        .start();
                Rest rest = new Rest(sidecar)) {
            assertEquals(201, rest.put(KIND, HALF).status());
            assertRefused(sidecar, rest);
            assertEquals(201, rest.put(KIND, SMALL).status());
            assertEquals(200, rest.put(KIND, HALF).status());
        }
    }

    @Test
    void aFolderThatIsGivenAQuotaLaterIsCountedAtTheStart() throws IOException {
        Path home = folder.resolve("home");
        try (SurfaceProcess before = SurfaceProcess.start(home);
                Rest rest = new Rest(before)) {
            for (byte[] payload : List.of(HALF, OTHER_HALF)) {
                assertEquals(201, rest.put(KIND, payload).status());
            }
        }
        try (SurfaceProcess server = server("home").start();
                Rest rest = new Rest(server)) {
            Patience.until(() -> SpoolProbe.metric(server, "surface_quota_used_ratio") > 1, server::output);
            assertEquals("507 QUOTA_EXCEEDED", rest.put(KIND, SMALL).summary());
            assertEquals(200, rest.put(KIND, HALF).status());
        }
    }
}
