package io.surfacefs.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sign} and {@code verify}, in this process. */
class SignCommandTest {
    @TempDir
    Path folder;

    private String key;
    private String trust;

    private record Result(int exit, String out, String err) {}

    @BeforeEach
    void keys() throws IOException, NoSuchAlgorithmException {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Path keys = Files.createDirectory(folder.resolve("keys"));
        key = write(
                folder.resolve("site-a.pem"), "PRIVATE KEY", pair.getPrivate().getEncoded());
        write(keys.resolve("site-a.pem"), "PUBLIC KEY", pair.getPublic().getEncoded());
        trust = keys.toString();
    }

    private static String write(Path file, String label, byte[] encoded) throws IOException {
        String body = Base64.getMimeEncoder().encodeToString(encoded);
        return Files.writeString(file, "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n")
                .toString();
    }

    private Result run(String stdin, String... line) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal =
                Terminal.of(new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)), out, err, false);
        TestEngine engine = new TestEngine(folder.resolve("home"), null);
        int exit = SurfaceCommand.execute(engine, terminal, new Cancellation(), line)
                .exit();
        return new Result(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void whatIsSignedIsVerifiedAndNothingElse() throws IOException {
        String file =
                Files.writeString(folder.resolve("manifest.json"), "{\"a\":1}").toString();
        String envelope = file + ".dsse";
        Result signed = run("", "sign", "--key", key, file, "--to", envelope);
        assertEquals(0, signed.exit(), signed::err);
        assertEquals("signed by site-a: " + envelope + "\n", signed.out());
        Result verified = run("", "verify", "--trust", trust, "--payload", file, envelope);
        assertEquals(0, verified.exit(), verified::err);
        assertEquals("signed by site-a\n", verified.out());
        String piped = run("{\"a\":1}", "sign", "--key", key).out();
        assertEquals(0, run(piped, "verify", "--trust", trust + "/site-a.pem").exit());
        Files.writeString(Path.of(file), "{\"a\":2}");
        Result other = run("", "verify", "--trust", trust, "--payload", file, envelope);
        assertEquals(5, other.exit());
        assertTrue(other.err().contains("SIGNATURE_INVALID"), other::err);
        assertEquals(
                5,
                run("", "verify", "--trust", trust, "--type", "text/plain", envelope)
                        .exit());
        assertEquals(5, run("{}", "verify", "--trust", trust).exit());
    }

    @Test
    void aKeyThatIsNoneIsRefusedWithTheMend() throws IOException {
        String none = Files.writeString(folder.resolve("none.pem"), "nothing").toString();
        Result refused = run("x", "sign", "--key", none);
        assertEquals(11, refused.exit());
        assertTrue(refused.err().contains("openssl genpkey"), refused::err);
        assertEquals(1, run("x", "verify", "--trust", none).exit());
        assertEquals(11, run("x", "sign").exit());
    }
}
