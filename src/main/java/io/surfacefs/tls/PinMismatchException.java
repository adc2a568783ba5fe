package io.surfacefs.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Collectors;

/** A chain that is trusted otherwise, none of whose keys is pinned. */
public final class PinMismatchException extends CertificateException {
    private static final long serialVersionUID = 1L;

    private final String presented;

    PinMismatchException(List<X509Certificate> chain) {
        this(chain.stream()
                .map(one -> Pin.of(one) + " (" + Certificates.subject(one) + ")")
                .collect(Collectors.joining(", ")));
    }

    private PinMismatchException(String presented) {
        super("no pinned key among " + presented);
        this.presented = presented;
    }

    /** The pins of the chain with the names of their holders, the end of the chain first. */
    public String presented() {
        return presented;
    }
}
