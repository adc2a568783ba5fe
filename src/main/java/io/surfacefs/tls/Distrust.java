package io.surfacefs.tls;

import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Why two sides did not come to trust each other, as far as a failed connection tells. */
public enum Distrust {
    /** None of the pinned keys. */
    PINS,
    /** Over, or not begun, by this machine's clock. */
    TIME,
    /** The certificate is good, for another host. */
    HOST,
    /** Nobody who is trusted signed it, or something else is wrong with it. */
    SIGNER,
    /** The other side refused what this one showed, or that it showed nothing. */
    SHOWN,
    /** No common language, or none at all. */
    TALK;

    /** What servers answer to a certificate, or to none; another alert is about the talk. */
    private static final Pattern ALERT = Pattern.compile(
            "Received fatal alert: (\\w*certificate\\w*|unknown_ca|access_denied)", Pattern.CASE_INSENSITIVE);

    /** What a failure says; empty where it isn't one of TLS. */
    public static Optional<Distrust> of(@Nullable Throwable failure) {
        Distrust found = null;
        for (Throwable t = failure; t != null; t = t.getCause()) {
            Distrust one = ofOne(t);
            // The cause of a failure says more of it.
            if (one != null && (found == null || one.compareTo(found) < 0)) {
                found = one;
            }
        }
        return Optional.ofNullable(found);
    }

    private static @Nullable Distrust ofOne(Throwable t) {
        String message = String.valueOf(t.getMessage());
        if (t instanceof PinMismatchException) {
            return PINS;
        }
        if (t instanceof CertificateExpiredException || t instanceof CertificateNotYetValidException) {
            return TIME;
        }
        if (t.getClass() == CertificateException.class && message.startsWith("No ")) {
            return HOST;
        }
        if (t instanceof GeneralSecurityException) {
            return SIGNER;
        }
        if (t instanceof SSLException) {
            return ALERT.matcher(message).find() ? SHOWN : TALK;
        }
        return null;
    }

    /** The pins that were shown, where that is why; else empty. */
    public static String presented(@Nullable Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof PinMismatchException pins) {
                return pins.presented();
            }
        }
        return "";
    }
}
