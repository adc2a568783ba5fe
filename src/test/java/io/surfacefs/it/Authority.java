package io.surfacefs.it;

import io.surfacefs.store.TestCertificate;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;

/** A certificate authority of a test's own, by the JDK's keytool; everything it makes lies in one folder. */
final class Authority {
    private static final String STORE = " -storetype PKCS12 -keystore ";

    private final Path folder;
    private final String name;

    /** Makes an authority; names are unique within the folder. */
    Authority(Path folder, String name) {
        this.folder = folder;
        this.name = name;
        keytool("-genkeypair -alias it -keyalg EC -dname CN=" + name + " -ext bc:c -validity 30" + STORE + store(name));
        keytool("-exportcert -rfc -alias it -keystore " + store(name) + " -file " + certificate());
    }

    /**
     * A certificate with its key, as PEM files.
     *
     * @param certificate the certificate alone
     * @param key PKCS 8, not encrypted
     */
    record Issued(Path certificate, Path key) {}

    /** The authority's own certificate, for who is to trust it. */
    Path certificate() {
        return folder.resolve(name + ".crt");
    }

    /** Issues a certificate of 127.0.0.1 that is good from yesterday on for 30 days. */
    Issued issue(String holder) {
        return issue(holder, "-1d", 30);
    }

    /** Issues a certificate whose time is over. */
    Issued expired(String holder) {
        return issue(holder, "-10d", 5);
    }

    private Issued issue(String holder, String start, int days) {
        Path request = folder.resolve(holder + ".csr");
        Issued issued = new Issued(folder.resolve(holder + ".crt"), folder.resolve(holder + ".key"));
        keytool("-genkeypair -alias it -keyalg EC -dname CN=" + holder + STORE + store(holder));
        keytool("-certreq -alias it -keystore " + store(holder) + " -file " + request);
        keytool("-gencert -rfc -alias it -ext SAN=IP:127.0.0.1,DNS:localhost -startdate " + start + " -validity " + days
                + " -keystore " + store(name) + " -infile " + request + " -outfile " + issued.certificate());
        writeKey(store(holder), issued.key());
        return issued;
    }

    private Path store(String holder) {
        return folder.resolve(holder + ".p12");
    }

    private static void writeKey(Path store, Path pem) {
        try (InputStream in = Files.newInputStream(store)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, TestCertificate.PASSWORD.toCharArray());
            Key key = keys.getKey("it", TestCertificate.PASSWORD.toCharArray());
            Files.writeString(
                    pem,
                    "-----BEGIN PRIVATE KEY-----\n"
                            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded())
                            + "\n-----END PRIVATE KEY-----\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
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
