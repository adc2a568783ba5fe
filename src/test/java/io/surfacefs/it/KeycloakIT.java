package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import io.surfacefs.grpc.v1.DeleteManifestRequest;
import io.surfacefs.grpc.v1.GetPayloadRequest;
import io.surfacefs.grpc.v1.GetPayloadResponse;
import io.surfacefs.grpc.v1.ListManifestsRequest;
import io.surfacefs.grpc.v1.PutManifestHeader;
import io.surfacefs.grpc.v1.PutManifestRequest;
import io.surfacefs.grpc.v1.PutManifestResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Servers that believe the tokens of a real Keycloak. What takes long begins before the first test and is looked at by
 * the last ones.
 */
@Tag("keycloak")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KeycloakIT {
    private static final String KIND = "runtime.delta";
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    /** By then a token is refused whose key was taken out, by docs/security.md. */
    private static final Duration KEY_IS_FORGOTTEN = Duration.ofMinutes(2);

    @TempDir
    static Path folder;

    private static Keycloak keycloak;
    private static Keycloak.Realm realm;
    private static Keycloak.Realm rotated;
    private static SurfaceProcess server;
    private static SurfaceProcess onRotated;
    private static String byOldKey;

    @BeforeAll
    static void start() throws IOException {
        keycloak = new Keycloak();
        realm = keycloak.realm("surface");
        rotated = keycloak.realm("rotated");
        String workload = Keycloak.claim(realm.token("workload"), "sub");
        server = server("one", realm, "surface.security.subject-tenants.\"" + workload + "\"=acme");
        onRotated = server("two", rotated, "");
        try (Caller before = new Caller(onRotated, rotated.token("acme-scanner"))) {
            byOldKey = before.token;
            assertEquals("200", before.list("acme"));
        }
        rotated.rotateKeys();
    }

    private static SurfaceProcess server(String name, Keycloak.Realm issuer, String properties) throws IOException {
        Path file = Files.write(
                folder.resolve(name + ".properties"),
                List.of("surface.security.auth=oidc", "quarkus.oidc.auth-server-url=" + issuer.url(), properties));
        return SurfaceProcess.server(folder.resolve(name))
                .env("SMALLRYE_CONFIG_LOCATIONS", file.toString())
                .env("SURFACE_RETENTION_DELETE", "any")
                .env("QUARKUS_LOG_CATEGORY__IO_SURFACEFS__LEVEL", "DEBUG")
                .start();
    }

    @AfterAll
    static void stop() {
        onRotated.close();
        server.close();
        keycloak.close();
    }

    /** Somebody with a token, over both edges. An answer is what a refusal says, or 200 and OK. */
    private static final class Caller implements AutoCloseable {
        private final String token;
        private final Rest rest;
        private final GrpcClient grpc;

        Caller(SurfaceProcess server, String token) {
            this.token = token;
            rest = new Rest(server);
            grpc = new GrpcClient(server);
        }

        Caller(String client) {
            this(server, realm.token(client));
        }

        Rest.Answer send(String method, String path, byte[] body) throws IOException {
            return rest.send(method, path, body, "Authorization", "Bearer " + token);
        }

        private <S extends AbstractStub<S>> S by(S stub) {
            Metadata headers = new Metadata();
            headers.put(AUTHORIZATION, "Bearer " + token);
            return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
        }

        String list(String tenant) throws IOException {
            return send("GET", tenant(tenant) + "manifests", null).summary();
        }

        String listByGrpc(String tenant) {
            return answer(() -> by(grpc.surface())
                    .listManifests(
                            ListManifestsRequest.newBuilder().setTenant(tenant).build()));
        }

        String put(String tenant, byte[] payload) throws IOException {
            return send("POST", tenant(tenant) + "artefacts/" + KIND, payload).summary();
        }

        String putByGrpc(String tenant, byte[] payload) {
            return answer(() -> GrpcClient.<PutManifestRequest, PutManifestResponse>send(
                    answer -> by(grpc.surfaceStream()).putManifest(answer),
                    PutManifestRequest.newBuilder()
                            .setHeader(PutManifestHeader.newBuilder()
                                    .setTenant(tenant)
                                    .setKind(KIND))
                            .build(),
                    PutManifestRequest.newBuilder()
                            .setChunk(ByteString.copyFrom(payload))
                            .build()));
        }

        Rest.Answer payload(String tenant, byte[] payload) throws IOException {
            return send("GET", tenant(tenant) + "payloads/" + KIND + "/" + Rest.digest(payload), null);
        }

        GrpcClient.Download payloadByGrpc(String tenant, byte[] payload) {
            return GrpcClient.download(
                    by(grpc.surface())
                            .getPayload(GetPayloadRequest.newBuilder()
                                    .setTenant(tenant)
                                    .setKind(KIND)
                                    .setDigest(Rest.digest(payload))
                                    .build()),
                    GetPayloadResponse::getInfo,
                    GetPayloadResponse::getChunk);
        }

        String delete(String tenant, byte[] payload) throws IOException {
            return send("DELETE", tenant(tenant) + "manifests/" + KIND + "/" + Rest.digest(payload), null)
                    .summary();
        }

        String deleteByGrpc(String tenant, byte[] payload) {
            return answer(() -> by(grpc.surface())
                    .deleteManifest(DeleteManifestRequest.newBuilder()
                            .setTenant(tenant)
                            .setKind(KIND)
                            .setDigest(Rest.digest(payload))
                            .build()));
        }

        String collect() throws IOException {
            return send("POST", "/api/v1/admin/gc?dry_run=true", new byte[0]).summary();
        }

        private static String tenant(String tenant) {
            return "/api/v1/tenants/" + tenant + "/";
        }

        private static String answer(Runnable call) {
            try {
                call.run();
                return "OK";
            } catch (StatusRuntimeException e) {
                return GrpcClient.code(e);
            }
        }

        @Override
        public void close() {
            rest.close();
            grpc.close();
        }
    }

    private static byte[] payload(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void assertDenied(String rest, String grpc) {
        assertEquals("403 PERMISSION_DENIED", rest);
        assertEquals("PERMISSION_DENIED PERMISSION_DENIED", grpc);
    }

    private static void assertUnauthenticated(Caller caller) throws IOException {
        assertEquals("401 UNAUTHENTICATED", caller.list("acme"));
        assertEquals("UNAUTHENTICATED UNAUTHENTICATED", caller.listByGrpc("acme"));
    }

    private static void assertReads(Caller caller, String tenant) throws IOException {
        assertEquals("200", caller.list(tenant));
        assertEquals("OK", caller.listByGrpc(tenant));
    }

    @Test
    void aClientWithItsOwnCredentialsPutsReadsAndListsOverBothEdges() throws IOException {
        byte[] one = payload("put over REST");
        byte[] two = payload("put over gRPC");
        try (Caller scanner = new Caller("acme-scanner")) {
            assertEquals("201", scanner.put("acme", one));
            assertEquals("OK", scanner.putByGrpc("acme", two));
            assertArrayEquals(two, scanner.payload("acme", two).body());
            assertArrayEquals(one, scanner.payloadByGrpc("acme", one).bytes());
            String listed = scanner.send("GET", Caller.tenant("acme") + "manifests?page_size=500", null)
                    .text();
            assertTrue(listed.contains(Rest.digest(one)) && listed.contains(Rest.digest(two)), listed);
            assertReads(scanner, "acme");
        }
    }

    @Test
    void anotherTenantIsRefusedForReadingAndWritingAndOnesOwnIsNot() throws IOException {
        byte[] secret = payload("only for acme");
        try (Caller acme = new Caller("acme-scanner");
                Caller globex = new Caller("globex-scanner")) {
            assertEquals("201", acme.put("acme", secret));
            assertDenied(globex.list("acme"), globex.listByGrpc("acme"));
            assertDenied(globex.put("acme", secret), globex.putByGrpc("acme", secret));
            assertDenied(globex.delete("acme", secret), globex.deleteByGrpc("acme", secret));
            assertEquals("403 PERMISSION_DENIED", globex.payload("acme", secret).summary());
            assertEquals("404 NOT_FOUND", globex.payload("globex", secret).summary());
            assertArrayEquals(secret, acme.payload("acme", secret).body());
            assertReads(globex, "globex");
        }
    }

    @Test
    void aTokenWithAListOfTenantsOpensEachOfThemAndNoOther() throws IOException {
        try (Caller both = new Caller("both-tenants")) {
            assertReads(both, "acme");
            assertReads(both, "globex");
            assertDenied(both.list("initech"), both.listByGrpc("initech"));
        }
    }

    @Test
    void aTokenWithoutATenantOpensNoneUnlessAnOperatorNamesItsSubject() throws IOException {
        try (Caller nobody = new Caller("no-tenant")) {
            assertEquals("403 TENANT_REQUIRED", nobody.list("acme"));
            assertEquals("TENANT_REQUIRED PERMISSION_DENIED", nobody.listByGrpc("acme"));
        }
        try (Caller anybody = new Caller("any-tenant")) {
            assertDenied(anybody.list("acme"), anybody.listByGrpc("acme"));
        }
        try (Caller workload = new Caller("workload")) {
            assertReads(workload, "acme");
            assertDenied(workload.list("globex"), workload.listByGrpc("globex"));
        }
    }

    @Test
    void aTokenDoesWhatItsScopesSayAndNoMore() throws IOException {
        byte[] artefact = payload("put by who may write");
        try (Caller reader = new Caller("acme-reader");
                Caller scanner = new Caller("acme-scanner")) {
            assertDenied(reader.put("acme", artefact), reader.putByGrpc("acme", artefact));
            assertEquals("201", scanner.put("acme", artefact));
            assertArrayEquals(artefact, reader.payload("acme", artefact).body());
            assertArrayEquals(artefact, reader.payloadByGrpc("acme", artefact).bytes());
            assertDenied(reader.delete("acme", artefact), reader.deleteByGrpc("acme", artefact));
            assertEquals("204", scanner.delete("acme", artefact));
            assertEquals("404 NOT_FOUND", reader.payload("acme", artefact).summary());
        }
    }

    @Test
    void rolesOfTheRealmCountAsScopes() throws IOException {
        byte[] artefact = payload("put by a role");
        try (Caller byRoles = new Caller("acme-by-roles")) {
            assertEquals("", Keycloak.claim(byRoles.token, "scope"));
            assertEquals("201", byRoles.put("acme", artefact));
            assertArrayEquals(artefact, byRoles.payloadByGrpc("acme", artefact).bytes());
            assertDenied(byRoles.delete("acme", artefact), byRoles.deleteByGrpc("acme", artefact));
        }
    }

    @Test
    void anOperatorMayDoTheOperatorsWorkAndSeesNoTenant() throws IOException {
        try (Caller operator = new Caller("operator");
                Caller scanner = new Caller("acme-scanner")) {
            assertEquals("200", operator.collect());
            assertEquals("403 TENANT_REQUIRED", operator.list("acme"));
            assertEquals("403 PERMISSION_DENIED", scanner.collect());
        }
    }

    @Test
    void aTokenThatExpiresIsRefusedFromThenOn() throws IOException {
        try (Caller brief = new Caller("acme-brief")) {
            assertReads(brief, "acme");
            Patience.until(() -> !brief.listByGrpc("acme").equals("OK"), () -> "still good");
            assertUnauthenticated(brief);
        }
        try (Caller again = new Caller("acme-brief")) {
            assertReads(again, "acme");
        }
    }

    @Test
    void aTokenForAnotherAudienceIsRefused() throws IOException {
        try (Caller elsewhere = new Caller("acme-elsewhere")) {
            assertEquals("another-service", Keycloak.claim(elsewhere.token, "aud"));
            assertUnauthenticated(elsewhere);
        }
    }

    @Test
    void aTokenOfAnotherRealmOfTheSameKeycloakIsRefused() throws IOException {
        Keycloak.Realm another = keycloak.realm("another");
        try (Caller stranger = new Caller(server, another.token("acme-scanner"));
                Caller known = new Caller("acme-scanner")) {
            assertUnauthenticated(stranger);
            assertReads(known, "acme");
        }
    }

    @Test
    @Order(Integer.MAX_VALUE - 2)
    void aTokenByAKeyThatWasTakenOutIsRefusedThoughNobodyCameWithANewOne() throws IOException {
        try (Caller old = new Caller(onRotated, byOldKey)) {
            Patience.until(
                    KEY_IS_FORGOTTEN, () -> !old.listByGrpc("acme").equals("OK"), () -> "the old key still counts");
            assertUnauthenticated(old);
        }
        try (Caller now = new Caller(onRotated, rotated.token("acme-scanner"))) {
            assertNotEquals(Keycloak.key(byOldKey), Keycloak.key(now.token));
            assertReads(now, "acme");
        }
    }

    @Test
    @Order(Integer.MAX_VALUE - 1)
    void aTokenByANewKeyIsTakenWithoutARestart() throws IOException {
        String before = realm.token("acme-scanner");
        realm.rotateKeys();
        try (Caller now = new Caller("acme-scanner")) {
            assertNotEquals(Keycloak.key(before), Keycloak.key(now.token));
            Patience.until(() -> now.listByGrpc("acme").equals("OK"), () -> now.listByGrpc("acme"));
            assertReads(now, "acme");
        }
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void noTokenIsInAnythingThatTheServersPrinted() {
        String printed = server.output() + onRotated.output();
        assertTrue(printed.contains("audit=refused") && printed.contains("code=UNAUTHENTICATED"), printed);
        assertTrue(keycloak.issued().size() > 10);
        for (String token : keycloak.issued()) {
            for (String part : token.split("\\.", -1)) {
                assertFalse(printed.contains(part), "a part of a token was printed");
            }
        }
    }
}
