package io.surfacefs.it;

import io.surfacefs.store.TestCertificate;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/** A certificate authority of a test's own, by the JDK's keytool; everything it makes lies in one folder. */
public final class Authority {
    private static final String HERE = "IP:127.0.0.1,DNS:localhost";
    private static final String STORE = " -storetype PKCS12 -keystore ";

    private final Path folder;
    private final String name;

    /** Makes an authority; names are unique within the folder. */
    public Authority(Path folder, String name) {
        this.folder = folder;
        this.name = name;
        keytool("-genkeypair -alias it -keyalg EC -dname CN=" + name + " -ext bc:c -validity 30" + STORE + store());
        try {
            write(certificate(), "CERTIFICATE", open().getCertificate("it").getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A certificate with its key, as PEM files.
     *
     * @param certificate the certificate alone
     * @param key PKCS 8, not encrypted
     */
    public record Issued(Path certificate, Path key) {}

    /** The authority's own certificate, for who is to trust it. */
    public Path certificate() {
        return folder.resolve(name + ".crt");
    }

    /** Issues a certificate of 127.0.0.1 that is good from yesterday on for 30 days. */
    public Issued issue(String holder) {
        return issue(holder, HERE, "-1d", 30);
    }

    /** Issues a certificate whose time is over. */
    public Issued expired(String holder) {
        return issue(holder, HERE, "-10d", 5);
    }

    /** Issues a certificate of 127.0.0.1 that is good for so many days more. */
    public Issued ending(String holder, int days) {
        return issue(holder, HERE, "-1d", days + 1);
    }

    /** Issues a certificate of another host. */
    public Issued elsewhere(String holder) {
        return issue(holder, "DNS:elsewhere.example", "-1d", 30);
    }

    private Issued issue(String holder, String names, String start, int days) {
        keytool("-genkeypair -alias " + holder + " -signer it -keyalg EC -dname CN=" + holder + " -ext SAN=" + names
                + " -startdate " + start + " -validity " + days + STORE + store());
        Issued issued = new Issued(folder.resolve(holder + ".crt"), folder.resolve(holder + ".key"));
        try {
            KeyStore keys = open();
            write(
                    issued.key(),
                    "PRIVATE KEY",
                    keys.getKey(holder, TestCertificate.PASSWORD.toCharArray()).getEncoded());
            write(
                    issued.certificate(),
                    "CERTIFICATE",
                    keys.getCertificate(holder).getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        return issued;
    }

    /** The key store, PKCS12, with all that it issued under the holders' names. */
    public Path store() {
        return folder.resolve(name + ".p12");
    }

    private KeyStore open() throws GeneralSecurityException {
        try (InputStream in = Files.newInputStream(store())) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, TestCertificate.PASSWORD.toCharArray());
            return keys;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path pem, String kind, byte[] content) {
        try {
            Files.writeString(
                    pem,
                    "-----BEGIN " + kind + "-----\n"
                            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
                            + "\n-----END " + kind + "-----\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void keytool(String arguments) {
        try {
            TestCertificate.keytool(folder, arguments);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
