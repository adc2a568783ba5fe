package io.surfacefs.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.signing.Envelope;
import io.surfacefs.signing.SigningKey;
import io.surfacefs.signing.TestKeys;
import io.surfacefs.signing.TrustedKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose kits come in. */
class KitSignatureTest {
    @TempDir
    Path folder;

    private Site site;
    private Site other;

    @BeforeEach
    void open() {
        site = Site.open(folder.resolve("home")).filled();
        other = Site.open(folder.resolve("other"));
    }

    @AfterEach
    void close() {
        site.close();
        other.close();
    }

    private SigningKey key(String name, String algorithm, boolean trusted) throws IOException {
        return new TestKeys(folder).make(name, algorithm, trusted);
    }

    private KitImport.Options options(KitTrust.Policy policy) throws IOException {
        return new KitImport.Options(false, new KitTrust(policy, TrustedKeys.read(new TestKeys(folder).trusted())), 4);
    }

    private void assertRefused(Path kit, String why) throws IOException {
        KitException refused =
                assertThrows(KitException.class, () -> other.bring(kit, options(KitTrust.Policy.REQUIRE)));
        assertEquals(KitFault.SIGNATURE, refused.fault(), refused.toString());
        assertTrue(refused.getMessage().contains(why), refused.toString());
        assertEquals(List.of(), other.client.index(Site.ACME, "").entries());
        try (Kit opened = Kit.open(kit)) {
            KitTrust trust = options(KitTrust.Policy.REQUIRE).trust();
            assertEquals(
                    KitFault.SIGNATURE,
                    assertThrows(KitException.class, () -> KitVerify.run(opened, trust, 1, done -> {}))
                            .fault());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Ed25519", "secp256r1"})
    void aKitThatATrustedKeySignedComesInAndSaysWhoDid(String algorithm) throws IOException {
        key("old", "Ed25519", true);
        SigningKey key = key("site-a", algorithm, true);
        for (String place : List.of("kit", "kit.tar")) {
            site.export(folder.resolve(place), Site.signed(2, key));
            KitReport report = other.bring(folder.resolve(place), options(KitTrust.Policy.REQUIRE));
            assertEquals("site-a", report.signedBy());
            assertEquals(5, report.good());
            assertEquals(0, report.bad());
            assertEquals(List.of(), report.warnings());
        }
    }

    @Test
    void whatNobodyOrTheWrongOneSignedIsRefusedWhereASignatureIsRequired() throws IOException {
        SigningKey trusted = key("site-a", "Ed25519", true);
        SigningKey stranger = key("stranger", "Ed25519", false);
        Map<String, byte[]> files = new LinkedHashMap<>();
        site.export(folder.resolve("unsigned"), Site.all(1));
        assertRefused(folder.resolve("unsigned"), "not signed");
        site.export(folder.resolve("strange"), Site.signed(1, stranger));
        assertRefused(folder.resolve("strange"), "'stranger'");
        site.export(folder.resolve("good"), Site.signed(1, trusted));
        files.putAll(KitTest.files(folder.resolve("good")));
        byte[] index = files.get(KitPaths.INDEX);

        Map<String, byte[]> bad = new LinkedHashMap<>();
        bad.put(
                "payload type",
                trusted.sign("application/vnd.stellaops.surface.manifest+json", index)
                        .json());
        bad.put(
                "another index",
                trusted.sign(KitSignature.TYPE, "{}".getBytes(StandardCharsets.UTF_8))
                        .json());
        bad.put("no envelope", "{}".getBytes(StandardCharsets.UTF_8));
        bad.put("no JSON", "signed, a friend".getBytes(StandardCharsets.UTF_8));
        Envelope good = trusted.sign(KitSignature.TYPE, index);
        byte[] flipped = good.signatures().getFirst().signature().clone();
        flipped[5] ^= 1;
        bad.put(
                "flipped",
                new Envelope(good.payloadType(), good.payload(), List.of(new Envelope.Signed("site-a", flipped)))
                        .json());
        bad.put(
                "a stranger by the name of a friend",
                new Envelope(
                                good.payloadType(),
                                good.payload(),
                                List.of(new Envelope.Signed(
                                        "site-a",
                                        stranger.sign(KitSignature.TYPE, index)
                                                .signatures()
                                                .getFirst()
                                                .signature())))
                        .json());
        for (Map.Entry<String, byte[]> one : bad.entrySet()) {
            Path kit = folder.resolve("bad-" + one.getKey().replace(' ', '-'));
            files.put(KitPaths.SIGNATURE, one.getValue());
            write(kit, files);
            assertRefused(kit, "");
        }
        files.put(KitPaths.SIGNATURE, good.json());
        byte[] changed = index.clone();
        changed[index.length - 60] ^= 1;
        files.put(KitPaths.INDEX, changed);
        write(folder.resolve("changed"), files);
        assertRefused(folder.resolve("changed"), "signed another index");
        files.remove(KitPaths.INDEX);
        write(folder.resolve("without"), files);
        assertRefused(folder.resolve("without"), "no index");
        assertEquals(
                5,
                other.bring(folder.resolve("good"), options(KitTrust.Policy.REQUIRE))
                        .good());
    }

    private static void write(Path kit, Map<String, byte[]> files) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Files.createDirectories(kit.resolve(file.getKey()).getParent());
            Files.write(kit.resolve(file.getKey()), file.getValue());
        }
    }

    @Test
    void whereItIsOnlyWarnedTheKitComesInAndIsTold() throws IOException {
        SigningKey trusted = key("site-a", "Ed25519", true);
        site.export(folder.resolve("unsigned"), Site.all(1));
        KitReport report = other.bring(folder.resolve("unsigned"), options(KitTrust.Policy.WARN));
        assertEquals(5, report.good());
        assertNull(report.signedBy());
        assertEquals(List.of("the kit is not signed"), report.warnings());
        site.export(folder.resolve("signed"), Site.signed(1, trusted));
        assertEquals(
                "site-a",
                other.bring(folder.resolve("signed"), options(KitTrust.Policy.WARN))
                        .signedBy());
    }

    @Test
    void anEd25519SignatureIsTheSameEachTime() throws IOException {
        SigningKey key = key("site-a", "Ed25519", true);
        site.export(folder.resolve("a.tar"), Site.signed(1, key));
        site.export(folder.resolve("b.tar"), Site.signed(1, key));
        assertEquals(-1, Files.mismatch(folder.resolve("a.tar"), folder.resolve("b.tar")));
    }
}
