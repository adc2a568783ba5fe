package io.surfacefs.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.it.Authority;
import io.surfacefs.store.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client trusts and shows while its files are renewed, by real handshakes. */
class ClientTlsTest {
    private static final Duration RELOAD = Duration.ofSeconds(30);

    @TempDir
    static Path folder;

    private static Authority ours;
    private static Authority theirs;
    private static Authority.Issued server;
    private static Authority.Issued foreign;
    private static Authority.Issued first;
    private static Authority.Issued second;

    @TempDir
    Path live;

    private final AtomicLong nanos = new AtomicLong();

    @BeforeAll
    static void issue() {
        ours = new Authority(folder, "ours");
        theirs = new Authority(folder, "theirs");
        server = ours.issue("server");
        foreign = theirs.issue("foreign");
        first = ours.issue("first");
        second = ours.issue("second");
    }

    private static StoreFile pem(Path file) {
        return new StoreFile.PemCertificates(List.of(file));
    }

    private static StoreFile pair(Path certificate, Path key) {
        return new StoreFile.PemPairs(List.of(certificate), List.of(key));
    }

    private void mount(Path authority, Authority.Issued shown) throws IOException {
        copy(authority, "ca.crt");
        copy(shown.certificate(), "tls.crt");
        copy(shown.key(), "tls.key");
    }

    private void copy(Path from, String name) throws IOException {
        Files.copy(from, live.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    private ClientTls open(Duration reload) throws IOException {
        return ClientTls.open(
                new ClientTls.Settings(
                        "test",
                        pem(live.resolve("ca.crt")),
                        pair(live.resolve("tls.crt"), live.resolve("tls.key")),
                        reload,
                        List.of(),
                        List.of(),
                        List.of()),
                nanos::get);
    }

    private static String seen(ClientTls tls, Authority.Issued there) throws Exception {
        return Handshake.make(
                Handshake.PemKeyStore.of(pair(there.certificate(), there.key())),
                ClientTls.trusting(pem(ours.certificate()).load()),
                tls.trust(),
                tls.identity().orElseThrow());
    }

    @Test
    void renewedFilesCountFromTheNextConnectionBehindTheReloadPeriodOnAndNotBefore() throws Exception {
        mount(ours.certificate(), first);
        ClientTls tls = open(RELOAD);
        assertEquals("CN=first", seen(tls, server));
        mount(ours.certificate(), second);
        nanos.addAndGet(RELOAD.toNanos() - 1);
        assertEquals("CN=first", seen(tls, server));
        nanos.addAndGet(1);
        assertEquals("CN=second", seen(tls, server));
        mount(theirs.certificate(), second);
        nanos.addAndGet(RELOAD.toNanos());
        assertThrows(IOException.class, () -> seen(tls, server));
        seen(tls, foreign);
    }

    @Test
    void filesThatCanNotBeUsedLeaveWhatWasReadBefore() throws Exception {
        mount(ours.certificate(), first);
        ClientTls tls = open(RELOAD);
        Files.writeString(live.resolve("tls.key"), "half a k");
        nanos.addAndGet(RELOAD.toNanos());
        assertEquals("CN=first", seen(tls, server));
        mount(ours.certificate(), second);
        nanos.addAndGet(RELOAD.toNanos());
        assertEquals("CN=second", seen(tls, server));
    }

    @Test
    void withoutAReloadPeriodWhatWasReadAtTheStartCounts() throws Exception {
        mount(ours.certificate(), first);
        ClientTls tls = open(null);
        mount(theirs.certificate(), second);
        nanos.addAndGet(Duration.ofDays(300).toNanos());
        assertEquals("CN=first", seen(tls, server));
    }

    @Test
    void aHandshakeThatTheRenewalFallsIntoShowsKeyAndChainOfOneTime() throws Exception {
        mount(ours.certificate(), first);
        ClientTls tls = open(RELOAD);
        var keys = tls.identity().orElseThrow();
        String chosen = keys.chooseClientAlias(new String[] {"EC"}, null, null);
        mount(ours.certificate(), second);
        nanos.addAndGet(RELOAD.toNanos());
        String renewed = keys.chooseClientAlias(new String[] {"EC"}, null, null);
        assertEquals("CN=first", Certificates.subject(keys.getCertificateChain(chosen)[0]));
        assertEquals(PemKey.read(first.key()), keys.getPrivateKey(chosen));
        assertEquals("CN=second", Certificates.subject(keys.getCertificateChain(renewed)[0]));
        assertEquals(PemKey.read(second.key()), keys.getPrivateKey(renewed));
    }

    @Test
    void storesOfJavaCountAsPemDoesAndAWrongPasswordIsToldWithoutIt() throws Exception {
        Path store = ours.store();
        StoreFile right = new StoreFile.KeyStoreFile(store, "PKCS12", TestCertificate.PASSWORD, "first", null);
        ClientTls tls = ClientTls.open(
                new ClientTls.Settings("test", pem(ours.certificate()), right, null, List.of(), List.of(), List.of()));
        assertEquals("CN=first", seen(tls, server));
        StoreFile wrong = new StoreFile.KeyStoreFile(store, "PKCS12", "a-canary-word", null, null);
        IOException failure = assertThrows(IOException.class, wrong::load);
        assertTrue(String.valueOf(failure.getMessage()).contains("ours.p12"));
        assertFalse((failure.getMessage() + wrong).contains("canary"));
    }

    @Test
    void keysInTheFormsOfOlderToolsAreRead() throws Exception {
        KeyPair rsa = KeyPairGenerator.getInstance("RSA").generateKeyPair();
        byte[] pkcs8 = rsa.getPrivate().getEncoded();
        assertEquals(rsa.getPrivate(), read("RSA PRIVATE KEY", Arrays.copyOfRange(pkcs8, 26, pkcs8.length)));
        assertEquals(rsa.getPrivate(), read("PRIVATE KEY", pkcs8));
        KeyPairGenerator curves = KeyPairGenerator.getInstance("EC");
        curves.initialize(new ECGenParameterSpec("secp256r1"));
        ECPrivateKey ec = (ECPrivateKey) curves.generateKeyPair().getPrivate();
        String number = "%064x".formatted(ec.getS());
        byte[] sec1 = HexFormat.of().parseHex("30310201010420" + number + "a00a06082a8648ce3d030107");
        assertEquals(ec.getS(), ((ECPrivateKey) read("EC PRIVATE KEY", sec1)).getS());
        Path none = Files.writeString(live.resolve("none.pem"), "-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
        assertThrows(IOException.class, () -> PemKey.read(none));
        assertThrows(IOException.class, () -> read("EC PRIVATE KEY", new byte[] {0x30, 2, 1, 0}));
        assertThrows(IOException.class, () -> PemKey.read(live.resolve("missing.pem")));
        assertEquals(Optional.empty(), Distrust.of(new IOException("of the network")));
    }

    private PrivateKey read(String kind, byte[] der) throws IOException {
        Path file = Files.writeString(
                live.resolve("key.pem"),
                "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + kind
                        + "-----\n");
        return PemKey.read(file);
    }
}
