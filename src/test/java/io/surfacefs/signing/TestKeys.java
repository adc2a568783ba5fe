package io.surfacefs.signing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;

/** Key pairs in files, as openssl writes them. */
public final class TestKeys {
    private final Path folder;

    /** @param folder gets {@code NAME.pem} of private keys; those trusted lie in {@link #trusted()} below it */
    public TestKeys(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
        Files.createDirectories(trusted());
    }

    /** The folder of public keys. */
    public Path trusted() {
        return folder.resolve("trusted");
    }

    /** The file of a private key. */
    public Path file(String name) {
        return folder.resolve(name + ".pem");
    }

    /** Makes an Ed25519 key. */
    public SigningKey make(String name, boolean trusted) throws IOException {
        return make(name, "Ed25519", trusted);
    }

    /** @param algorithm {@code Ed25519}, or a curve */
    public SigningKey make(String name, String algorithm, boolean trusted) throws IOException {
        KeyPair pair = pair(algorithm);
        Files.writeString(file(name), pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
        Files.writeString(
                (trusted ? trusted() : folder).resolve(trusted ? name + ".pem" : name + ".pub"),
                pem("PUBLIC KEY", pair.getPublic().getEncoded()));
        return SigningKey.read(file(name), name);
    }

    /** Takes a key away from those trusted. */
    public void distrust(String name) throws IOException {
        Files.delete(trusted().resolve(name + ".pem"));
    }

    /** @param algorithm {@code Ed25519}, or a curve */
    static KeyPair pair(String algorithm) {
        try {
            if (algorithm.equals("Ed25519")) {
                return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
            }
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(algorithm));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A file as openssl writes it. */
    static String pem(String label, byte[] encoded) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded) + "\n-----END " + label
                + "-----\n";
    }
}
