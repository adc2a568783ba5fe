package io.surfacefs.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.it.Authority;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pins, by real handshakes with servers whose certificates a test's own authorities issued. */
class PinnedTrustTest {
    private static final Pin SPARE = new Pin("sha256/" + "A".repeat(43) + "=");

    @TempDir
    static Path folder;

    private static Authority ours;
    private static Authority theirs;
    private static Authority.Issued server;
    private static X509ExtendedTrustManager trust;

    @BeforeAll
    static void issue() throws Exception {
        ours = new Authority(folder, "ours");
        theirs = new Authority(folder, "theirs");
        server = ours.issue("server");
        trust = ClientTls.trusting(new StoreFile.PemCertificates(List.of(ours.certificate())).load());
    }

    private static X509Certificate certificate(Path pem) throws IOException {
        return Certificates.read(pem).getFirst();
    }

    private static Pin pin(Path pem) throws IOException {
        return Pin.of(certificate(pem));
    }

    private static Handshake.PemKeyStore shown(Authority.Issued issued, X509Certificate... along) throws Exception {
        return Handshake.PemKeyStore.of(
                new StoreFile.PemPairs(List.of(issued.certificate()), List.of(issued.key())), along);
    }

    private static void connect(Handshake.PemKeyStore shown, Pin... pins) throws IOException, GeneralSecurityException {
        Handshake.make(shown, trust, new PinnedTrust(trust, List.of(pins)));
    }

    private static Optional<Distrust> refused(Handshake.PemKeyStore shown, Pin... pins) {
        return Distrust.of(assertThrows(IOException.class, () -> connect(shown, pins)));
    }

    @Test
    void theKeyOfTheServerOrOfItsAuthorityIsEnoughAndASpareDoesNoHarm() throws Exception {
        connect(shown(server), pin(server.certificate()));
        connect(shown(server), SPARE, pin(server.certificate()));
        connect(shown(server), pin(ours.certificate()), SPARE);
        connect(shown(server, certificate(ours.certificate())), pin(ours.certificate()));
    }

    @Test
    void aChainThatIsGoodOtherwiseIsRefusedWithoutAPinnedKeyAndTellsItsPins() throws Exception {
        IOException failure =
                assertThrows(IOException.class, () -> connect(shown(server), SPARE, pin(theirs.certificate())));
        assertEquals(Optional.of(Distrust.PINS), Distrust.of(failure));
        assertEquals(
                pin(server.certificate()) + " (CN=server), " + pin(ours.certificate()) + " (CN=ours)",
                Distrust.presented(failure));
    }

    @Test
    void aPinnedCertificateThatIsOnlySentAlongProvesNothing() throws Exception {
        X509Certificate pinned = certificate(theirs.certificate());
        assertEquals(Optional.of(Distrust.PINS), refused(shown(server, pinned), Pin.of(pinned)));
        X509Certificate ca = certificate(ours.certificate());
        assertEquals(Optional.of(Distrust.PINS), refused(shown(server, ca, pinned), Pin.of(pinned)));
        connect(shown(server, ca, pinned), Pin.of(ca));
    }

    @Test
    void aPinnedKeyMakesUpForNothingElse() throws Exception {
        Authority.Issued expired = ours.expired("expired");
        assertEquals(Optional.of(Distrust.TIME), refused(shown(expired), pin(expired.certificate())));
        Authority.Issued elsewhere = ours.elsewhere("elsewhere");
        assertEquals(Optional.of(Distrust.HOST), refused(shown(elsewhere), pin(elsewhere.certificate())));
        Authority.Issued foreign = theirs.issue("foreign");
        assertEquals(Optional.of(Distrust.SIGNER), refused(shown(foreign), pin(foreign.certificate())));
    }

    @Test
    void aPinStaysWhenACertificateIsRenewedForTheSameKeyAndIsWrittenInOneWay() throws Exception {
        Pin pin = pin(server.certificate());
        assertEquals(pin, new Pin(pin.text()));
        for (String malformed : List.of(
                "",
                "sha256/",
                pin.text().substring(7),
                pin.text().replace("sha256", "sha1"),
                pin.text().replace("=", ""),
                pin.text() + "=",
                pin.text().substring(0, 40))) {
            assertThrows(IllegalArgumentException.class, () -> new Pin(malformed), malformed);
        }
        assertTrue(pin.text().startsWith("sha256/"));
    }
}
