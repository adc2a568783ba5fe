package io.surfacefs.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** A server on loopback that shows one chain and wants to see the client's, and a client that connects to it. */
final class Handshake {
    private Handshake() {}

    /**
     * Connects once.
     *
     * @return the subject of what the client showed, or an empty text for nothing
     * @throws IOException as the client saw it
     */
    static String make(
            PemKeyStore server, X509ExtendedTrustManager authority, X509ExtendedTrustManager trust, KeyManager... shown)
            throws IOException, GeneralSecurityException {
        SSLContext there = SSLContext.getInstance("TLS");
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(server.store(), StoreFile.NONE);
        there.init(keys.getKeyManagers(), new TrustManager[] {authority}, null);
        SSLContext here = SSLContext.getInstance("TLS");
        here.init(shown, new TrustManager[] {trust}, null);
        try (SSLServerSocket listening = (SSLServerSocket)
                there.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listening.setWantClientAuth(true);
            CompletableFuture<String> seen = CompletableFuture.supplyAsync(() -> {
                try (SSLSocket accepted = (SSLSocket) listening.accept()) {
                    accepted.setSoTimeout(30_000);
                    accepted.startHandshake();
                    accepted.getOutputStream().write(1);
                    Certificate first = accepted.getSession().getPeerCertificates()[0];
                    return ((X509Certificate) first).getSubjectX500Principal().getName();
                } catch (IOException e) {
                    return "";
                }
            });
            try (SSLSocket socket =
                    (SSLSocket) here.getSocketFactory().createSocket("127.0.0.1", listening.getLocalPort())) {
                socket.setSoTimeout(30_000);
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                if (socket.getInputStream().read() != 1) {
                    return seen.join();
                }
            }
            return seen.join();
        } catch (CompletionException e) {
            throw new IOException(e);
        }
    }

    /** A key store in memory. */
    record PemKeyStore(KeyStore store) {
        /** A key with its certificate and whatever else is to be sent along. */
        static PemKeyStore of(StoreFile pair, X509Certificate... along) throws IOException, GeneralSecurityException {
            KeyStore read = pair.load();
            String alias = read.aliases().nextElement();
            Certificate[] chain = new Certificate[along.length + 1];
            chain[0] = read.getCertificate(alias);
            System.arraycopy(along, 0, chain, 1, along.length);
            // The other kind wants each certificate to be signed by the next.
            KeyStore store = KeyStore.getInstance("JKS");
            store.load(null, null);
            store.setKeyEntry(alias, read.getKey(alias, StoreFile.NONE), StoreFile.NONE, chain);
            return new PemKeyStore(store);
        }
    }
}
