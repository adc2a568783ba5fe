package io.surfacefs.tls;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** A look at what a server shows. */
public final class Presented {
    private static final String[] PROTOCOLS = {"h2", "http/1.1"};

    private Presented() {}

    /**
     * Connects, makes sure that the server is trusted, and says no word.
     *
     * @param patience for the connection, and for each answer
     * @return its certificate, and what vouches for that
     * @throws IOException when nobody is there, or nobody to be trusted
     */
    public static List<X509Certificate> verified(String host, int port, ClientTls tls, Duration patience)
            throws IOException {
        String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        int millis = Math.toIntExact(Math.min(patience.toMillis(), Integer.MAX_VALUE));
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(name, port), millis);
            plain.setSoTimeout(millis);
            try (SSLSocket socket = (SSLSocket) context(tls).getSocketFactory().createSocket(plain, name, port, true)) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                parameters.setApplicationProtocols(PROTOCOLS);
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                Certificate[] shown = socket.getSession().getPeerCertificates();
                return PinnedTrust.verified(
                        Arrays.copyOf(shown, shown.length, X509Certificate[].class),
                        tls.trust().getAcceptedIssuers());
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS with " + tls.settings().name(), e);
        }
    }

    private static SSLContext context(ClientTls tls) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        KeyManager[] shown = tls.identity().map(one -> new KeyManager[] {one}).orElse(new KeyManager[0]);
        context.init(shown, new TrustManager[] {tls.trust()}, null);
        return context;
    }
}
