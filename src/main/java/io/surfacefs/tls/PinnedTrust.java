package io.surfacefs.tls;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jboss.logging.Logger;

/**
 * Trust in a server that has a pinned key, or whose authority has, on top of what another trust manager asks for:
 * chain, time and host name. Only certificates whose keys signed what the server shows count: what else it sends along
 * proves nothing, since certificates are public. Thread-safe.
 */
public final class PinnedTrust extends ServerTrust {
    private static final Logger LOG = Logger.getLogger(PinnedTrust.class);
    private static final long TOLD_AGAIN_NANOS = Duration.ofMinutes(1).toNanos();

    /** Longer ones are nobody's honest chain. */
    private static final int LONGEST = 10;

    private final X509ExtendedTrustManager trust;
    private final Set<Pin> pins;
    private String told = "";
    private long toldAt;

    /**
     * @param trust what is asked first
     * @param pins at least one, of which one must be found
     */
    public PinnedTrust(X509ExtendedTrustManager trust, List<Pin> pins) {
        if (pins.isEmpty()) {
            throw new IllegalArgumentException("no pins");
        }
        this.trust = trust;
        this.pins = new LinkedHashSet<>(pins);
    }

    private void requirePin(X509Certificate[] chain) throws CertificateException {
        List<X509Certificate> verified = verified(chain, trust.getAcceptedIssuers());
        if (matched(verified).isEmpty()) {
            PinMismatchException refused = new PinMismatchException(verified);
            tell(refused.presented());
            throw refused;
        }
    }

    /** The first certificate of a verified chain whose key is pinned. */
    Optional<X509Certificate> matched(List<X509Certificate> verified) {
        return verified.stream().filter(one -> pins.contains(Pin.of(one))).findFirst();
    }

    /** Every attempt to connect ends here, so the same is told once in a while. */
    private synchronized void tell(String presented) {
        long now = System.nanoTime();
        if (!told.equals(presented) || now - toldAt > TOLD_AGAIN_NANOS) {
            told = presented;
            toldAt = now;
            LOG.errorf("tls=refused reason=pins presented=\"%s\"", presented);
        }
    }

    /**
     * What vouches for the first certificate of a chain: itself, whose key signed it, and so on to one that is trusted.
     * The chain must have been checked as a whole before.
     *
     * @param chain as it was shown, in any order behind the first
     */
    public static List<X509Certificate> verified(X509Certificate[] chain, X509Certificate[] trusted) {
        List<X509Certificate> path = new ArrayList<>(List.of(chain[0]));
        List<X509Certificate> shown = new ArrayList<>(Arrays.asList(chain).subList(1, chain.length));
        Set<X509Certificate> anchors = new LinkedHashSet<>(Arrays.asList(trusted));
        X509Certificate last = chain[0];
        while (!anchors.contains(last) && path.size() < LONGEST) {
            Optional<X509Certificate> anchor = signer(last, anchors);
            Optional<X509Certificate> next = anchor.isPresent() ? anchor : signer(last, shown);
            if (next.isEmpty()) {
                break;
            }
            last = next.get();
            shown.remove(last);
            path.add(last);
        }
        return path;
    }

    private static Optional<X509Certificate> signer(X509Certificate signed, Iterable<X509Certificate> candidates) {
        for (X509Certificate candidate : candidates) {
            if (signed.getIssuerX500Principal().equals(candidate.getSubjectX500Principal())
                    && isSignedBy(signed, candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    private static boolean isSignedBy(X509Certificate signed, X509Certificate signer) {
        try {
            signed.verify(signer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        trust.checkServerTrusted(chain, authType, socket);
        requirePin(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        trust.checkServerTrusted(chain, authType, engine);
        requirePin(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        trust.checkServerTrusted(chain, authType);
        requirePin(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return trust.getAcceptedIssuers();
    }
}
