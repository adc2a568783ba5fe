package io.surfacefs.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** Certificates as files and as words. */
public final class Certificates {
    private static final int MOST_WORDS = 200;

    private Certificates() {}

    /**
     * The certificates of a PEM file, in their order.
     *
     * @throws IOException when it can't be read, or there is none in it; the message names the file
     */
    static List<X509Certificate> read(Path pem) throws IOException {
        List<X509Certificate> all = new ArrayList<>();
        try (InputStream in = Files.newInputStream(pem)) {
            for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                if (one instanceof X509Certificate certificate) {
                    all.add(certificate);
                }
            }
        } catch (java.nio.file.FileSystemException e) {
            throw new IOException(pem + " can't be read", e);
        } catch (GeneralSecurityException e) {
            throw new IOException(pem + " holds no PEM certificates", e);
        }
        if (all.isEmpty()) {
            throw new IOException(pem + " holds no PEM certificates");
        }
        return all;
    }

    /** Whose certificate it is: for people and logs, so without what could make one line look like two. */
    public static String subject(X509Certificate certificate) {
        String name = certificate.getSubjectX500Principal().getName().replaceAll("[^ -~]|\"", "?");
        return name.length() > MOST_WORDS ? name.substring(0, MOST_WORDS) + "…" : name;
    }
}
