package io.surfacefs.signing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SigningTest {
    private static final String TYPE = "application/vnd.stellaops.surface.manifest+json";
    private static final byte[] BODY = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private SigningKey key(String name, String algorithm, boolean trusted) throws IOException {
        return new TestKeys(folder).make(name, algorithm, trusted);
    }

    private TrustedKeys trusted() throws IOException {
        return TrustedKeys.read(folder.resolve("trusted"));
    }

    private static String refused(TrustedKeys keys, Envelope envelope, String type) {
        SurfaceException refusal = assertThrows(SurfaceException.class, () -> keys.verify(envelope, type));
        assertEquals(ErrorCode.SIGNATURE_INVALID, refusal.code());
        return refusal.getMessage();
    }

    @Test
    void theSpecificationsOwnVectorVerifies() throws Exception {
        byte[] body = "hello world".getBytes(StandardCharsets.US_ASCII);
        String type = "http://example.com/HelloWorld";
        assertEquals(
                "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
                new String(Envelope.encoded(type, body), StandardCharsets.US_ASCII));
        AlgorithmParameters p256 = AlgorithmParameters.getInstance("EC");
        p256.init(new ECGenParameterSpec("secp256r1"));
        PublicKey key = KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(
                        new ECPoint(
                                new BigInteger(
                                        "46950820868899156662930047687818585632848591499744589407958293238635476079160"),
                                new BigInteger(
                                        "5640078356564379163099075877009565129882514886557779369047442380624545832820")),
                        p256.getParameterSpec(ECParameterSpec.class)));
        Path file = Files.writeString(folder.resolve("vector.pem"), TestKeys.pem("PUBLIC KEY", key.getEncoded()));
        byte[] signature = Base64.getDecoder()
                .decode("A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==");
        Envelope envelope = new Envelope(type, body, List.of(new Envelope.Signed("", signature)));
        assertEquals("vector", TrustedKeys.ofFile(file).verify(envelope, type));
        signature[5] ^= 1;
        refused(TrustedKeys.ofFile(file), envelope, type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Ed25519", "secp256r1"})
    void whatIsSignedVerifiesAsItIsAndInNoOtherForm(String algorithm) throws IOException {
        SigningKey key = key("site-a", algorithm, true);
        Envelope envelope = Envelope.parse(key.sign(TYPE, BODY).json(), 10_000);
        assertArrayEquals(BODY, envelope.payload());
        assertEquals("site-a", trusted().verify(envelope, TYPE));
        assertTrue(refused(trusted(), envelope, "another/type").contains("'" + TYPE + "'"));
        byte[] other = BODY.clone();
        other[3] ^= 1;
        Envelope changed = new Envelope(TYPE, other, envelope.signatures());
        assertTrue(refused(trusted(), changed, TYPE).contains("signed by 'site-a', whose key didn't make"));
        byte[] signature = envelope.signatures().getFirst().signature();
        for (int i = 0; i < signature.length; i++) {
            byte[] flipped = signature.clone();
            flipped[i] ^= 4;
            refused(trusted(), new Envelope(TYPE, BODY, List.of(new Envelope.Signed("site-a", flipped))), TYPE);
        }
    }

    @Test
    void aKeyTakesThePlaceOfAnotherAndWhatItIsCalledIsAHint() throws IOException {
        SigningKey old = key("2025", "Ed25519", true);
        SigningKey next = key("2026", "secp256r1", true);
        SigningKey foreign = key("mallory", "Ed25519", false);
        TrustedKeys keys = trusted();
        assertEquals(List.of("2025", "2026"), keys.names());
        assertEquals("2025", keys.verify(old.sign(TYPE, BODY), TYPE));
        assertEquals("2026", keys.verify(next.sign(TYPE, BODY), TYPE));
        byte[] sound = next.sign(TYPE, BODY).signatures().getFirst().signature();
        assertEquals("2026", keys.verify(new Envelope(TYPE, BODY, List.of(new Envelope.Signed("2025", sound))), TYPE));
        assertTrue(refused(keys, foreign.sign(TYPE, BODY), TYPE)
                .contains("signed by 'mallory', whose key is not among those trusted here: [2025, 2026]"));
        byte[] forged = foreign.sign(TYPE, BODY).signatures().getFirst().signature();
        refused(keys, new Envelope(TYPE, BODY, List.of(new Envelope.Signed("2025", forged))), TYPE);
        assertEquals(
                "2026",
                keys.verify(
                        new Envelope(
                                TYPE,
                                BODY,
                                List.of(new Envelope.Signed("mallory", forged), new Envelope.Signed("", sound))),
                        TYPE));
        Files.delete(folder.resolve("trusted/2025.pem"));
        refused(trusted(), old.sign(TYPE, BODY), TYPE);
    }

    @Test
    void whatIsNoEnvelopeIsRefused() {
        String good =
                "{\"payload\":\"e30=\",\"payloadType\":\"t\",\"signatures\":[{\"keyid\":\"k\",\"sig\":\"AAAA\"}]}";
        assertEquals(
                "t", Envelope.parse(good.getBytes(StandardCharsets.UTF_8), 1000).payloadType());
        for (String bad : List.of(
                "",
                "[]",
                "{}",
                good.replace("\"e30=\"", "7"),
                good.replace("e30=", "%%"),
                good.replace("\"t\"", "\"\""),
                good.replace("AAAA", ""),
                good.replace("{\"keyid\":\"k\",\"sig\":\"AAAA\"}", ""),
                good.replace("{\"keyid\":\"k\",\"sig\":\"AAAA\"}", "1"),
                good.replace("\"sig\":\"AAAA\"", "\"x\":1"),
                good.replace("AAAA", "A".repeat(4000)),
                good + "x")) {
            SurfaceException refusal = assertThrows(
                    SurfaceException.class, () -> Envelope.parse(bad.getBytes(StandardCharsets.UTF_8), 10_000), bad);
            assertEquals(ErrorCode.SIGNATURE_INVALID, refusal.code());
        }
        assertThrows(
                SurfaceException.class, () -> Envelope.parse(good.getBytes(StandardCharsets.UTF_8), good.length() - 1));
    }

    @Test
    void onlyKeysOfTheTwoKindsAreTakenAndNoMessageQuotesOne() throws IOException {
        byte[] p384 = TestKeys.pair("secp384r1").getPrivate().getEncoded();
        Path key = Files.writeString(folder.resolve("k"), TestKeys.pem("PRIVATE KEY", p384));
        String wrong =
                assertThrows(IOException.class, () -> SigningKey.read(key, "k")).getMessage();
        assertEquals("holds neither an Ed25519 nor a P-256 key", wrong);
        Files.writeString(key, TestKeys.pem("EC PRIVATE KEY", p384));
        String older =
                assertThrows(IOException.class, () -> SigningKey.read(key, "k")).getMessage();
        assertTrue(older.contains("openssl pkcs8 -topk8"), older);
        Files.writeString(key, TestKeys.pem("PUBLIC KEY", p384));
        IOException other = assertThrows(IOException.class, () -> SigningKey.read(key, "k"));
        assertFalse(other.getMessage()
                .contains(Base64.getEncoder().encodeToString(p384).substring(0, 20)));
        Path keys = Files.createDirectories(folder.resolve("trusted"));
        Files.writeString(keys.resolve("bad.pem"), "nothing");
        assertTrue(assertThrows(IOException.class, () -> TrustedKeys.read(keys))
                .getMessage()
                .contains("bad.pem holds no public key in PEM"));
    }

    private byte[] openssl(String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = "openssl";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        byte[] output = process.getInputStream().readAllBytes();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), () -> new String(output, StandardCharsets.UTF_8));
        return output;
    }

    @ParameterizedTest
    @ValueSource(strings = {"Ed25519", "secp256r1"})
    void opensslVerifiesOursAndWeVerifyItsOwn(String algorithm) throws IOException, InterruptedException {
        SigningKey key = key("k", algorithm, true);
        Files.write(folder.resolve("pae"), Envelope.encoded(TYPE, BODY));
        Files.write(
                folder.resolve("ours"),
                key.sign(TYPE, BODY).signatures().getFirst().signature());
        if (algorithm.equals("Ed25519")) {
            openssl(
                    "pkeyutl",
                    "-verify",
                    "-pubin",
                    "-inkey",
                    "trusted/k.pem",
                    "-rawin",
                    "-in",
                    "pae",
                    "-sigfile",
                    "ours");
            openssl("pkeyutl", "-sign", "-inkey", "k.pem", "-rawin", "-in", "pae", "-out", "theirs");
        } else {
            openssl("dgst", "-sha256", "-verify", "trusted/k.pem", "-signature", "ours", "pae");
            openssl("dgst", "-sha256", "-sign", "k.pem", "-out", "theirs", "pae");
        }
        byte[] theirs = Files.readAllBytes(folder.resolve("theirs"));
        assertEquals("k", trusted().verify(new Envelope(TYPE, BODY, List.of(new Envelope.Signed("", theirs))), TYPE));
    }
}
