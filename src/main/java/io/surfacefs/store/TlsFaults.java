package io.surfacefs.store;

import io.surfacefs.store.StoreFault.Reason;
import io.surfacefs.tls.Distrust;
import org.jspecify.annotations.Nullable;

/** What a connection that failed for want of trust means, and the mend. */
public final class TlsFaults {
    private TlsFaults() {}

    /** What happened. */
    public static Reason reason(Distrust why) {
        return switch (why) {
            case PINS -> Reason.PINS;
            case SHOWN -> Reason.CLIENT_CERTIFICATE;
            case TIME, HOST, SIGNER, TALK -> Reason.TLS;
        };
    }

    /**
     * The mend.
     *
     * @param cause what was thrown
     */
    public static String hint(Distrust why, @Nullable Throwable cause) {
        return switch (why) {
            case PINS ->
                "it shows " + Distrust.presented(cause)
                        + ": if whoever runs it says that these are its keys, pin one of them; else somebody stands between";
            case TIME -> "its certificate is over, or not yet good: have it renewed there, or set this machine's clock";
            case HOST ->
                "its certificate is another host's: let surface.store.endpoint name it as the certificate does";
            case SHOWN ->
                "give one that the store takes, in the key store of the quarkus.tls.NAME that tls-configuration-name names";
            case SIGNER, TALK ->
                "name the CA that signed it by surface.store.ca-file, or in the trust store of a quarkus.tls.NAME;"
                        + " http:// and grpc:// are without TLS";
        };
    }
}
