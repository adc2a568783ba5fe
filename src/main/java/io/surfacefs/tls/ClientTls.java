package io.surfacefs.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A client's side of TLS: whom it trusts, and what it shows. Where the files are renewed by somebody else, a connection
 * that begins a while after that uses the new ones; connections that there are go on as they began. Thread-safe.
 */
public final class ClientTls {
    private static final Logger LOG = Logger.getLogger(ClientTls.class);

    /**
     * Where it comes from.
     *
     * @param name for messages and logs: the property or properties
     * @param trusted null: the system's authorities
     * @param own null: nothing is shown
     * @param reload how long what was read counts; null: for ever
     * @param protocols versions of TLS, the only ones; empty: the JDK's own choice
     * @param ciphers likewise
     * @param pins of which one must be met; empty for none
     */
    public record Settings(
            String name,
            @Nullable StoreFile trusted,
            @Nullable StoreFile own,
            @Nullable Duration reload,
            List<String> protocols,
            List<String> ciphers,
            List<Pin> pins) {
        /** Trust in the certificates of one PEM source, and nothing else. */
        public static Settings trusting(String name, StoreFile trusted) {
            return new Settings(name, trusted, null, null, List.of(), List.of(), List.of());
        }

        /** The system's trust, and pins. */
        public static Settings pinning(String name, List<Pin> pins) {
            return new Settings(name, null, null, null, List.of(), List.of(), pins);
        }
    }

    /**
     * What was read at one time; aliases of keys carry its number, so that key and chain of one handshake are one's.
     */
    private record Read(
            long number,
            X509ExtendedTrustManager trust,
            @Nullable X509ExtendedKeyManager keys,
            long at) {}

    private final Settings settings;
    private final LongSupplier nanos;
    private final X509ExtendedTrustManager trust;
    private volatile Read current;
    private volatile Read previous;

    private ClientTls(Settings settings, LongSupplier nanos) throws IOException {
        this.settings = settings;
        this.nanos = nanos;
        this.current = read(0);
        this.previous = current;
        X509ExtendedTrustManager live = new LiveTrust();
        this.trust = settings.pins().isEmpty() ? live : new PinnedTrust(live, settings.pins());
    }

    /**
     * Reads the files.
     *
     * @throws IOException when they can't be used; the message names the file
     */
    public static ClientTls open(Settings settings) throws IOException {
        return open(settings, System::nanoTime);
    }

    static ClientTls open(Settings settings, LongSupplier nanos) throws IOException {
        return new ClientTls(settings, nanos);
    }

    /** What it was opened with. */
    public Settings settings() {
        return settings;
    }

    /** Checks servers, their pins too; always by the files' present state. */
    public X509ExtendedTrustManager trust() {
        return trust;
    }

    /** Shows this side's certificate, by the files' present state; empty where there is none to show. */
    public Optional<X509ExtendedKeyManager> identity() {
        return settings.own() == null ? Optional.empty() : Optional.of(new LiveKeys());
    }

    private Read read(long number) throws IOException {
        try {
            StoreFile own = settings.own();
            return new Read(
                    number,
                    trusting(
                            settings.trusted() == null
                                    ? null
                                    : settings.trusted().load()),
                    own == null ? null : showing(own.load()),
                    nanos.getAsLong());
        } catch (GeneralSecurityException e) {
            throw new IOException(settings.name() + " can't be used: " + e.getMessage(), e);
        }
    }

    /**
     * Trust in what a store holds.
     *
     * @param store null: the system's
     */
    public static X509ExtendedTrustManager trusting(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager extended) {
                return extended;
            }
        }
        throw new GeneralSecurityException("no trust in X.509 certificates here");
    }

    private static X509ExtendedKeyManager showing(KeyStore store) throws GeneralSecurityException {
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, StoreFile.NONE);
        for (KeyManager manager : factory.getKeyManagers()) {
            if (manager instanceof X509ExtendedKeyManager extended) {
                return extended;
            }
        }
        throw new GeneralSecurityException("no keys of X.509 certificates here");
    }

    /** At the beginning of a connection. */
    private Read fresh() {
        Read read = current;
        if (settings.reload() == null
                || nanos.getAsLong() - read.at < settings.reload().toNanos()) {
            return read;
        }
        return renew();
    }

    private synchronized Read renew() {
        Read old = current;
        if (settings.reload() == null
                || nanos.getAsLong() - old.at < settings.reload().toNanos()) {
            return old;
        }
        try {
            current = read(old.number + 1);
            previous = old;
        } catch (IOException e) {
            LOG.errorf(
                    "tls=kept client=\"%s\" message=\"what was renewed can't be used: %s\"",
                    settings.name(),
                    String.valueOf(e.getMessage()).replace('\\', '/').replace('"', '\''));
            current = new Read(old.number, old.trust, old.keys, nanos.getAsLong());
        }
        return current;
    }

    private final class LiveTrust extends ServerTrust {
        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            fresh().trust.checkServerTrusted(chain, authType, socket);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            fresh().trust.checkServerTrusted(chain, authType, engine);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            fresh().trust.checkServerTrusted(chain, authType);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return current.trust.getAcceptedIssuers();
        }
    }

    private final class LiveKeys extends X509ExtendedKeyManager {
        @Override
        public @Nullable String chooseEngineClientAlias(
                String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            Read read = fresh();
            return numbered(read, keys(read).chooseEngineClientAlias(types, issuers, engine));
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
            Read read = fresh();
            return numbered(read, keys(read).chooseClientAlias(types, issuers, socket));
        }

        @Override
        public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
            Read read = current;
            String[] aliases = keys(read).getClientAliases(type, issuers);
            return aliases == null
                    ? null
                    : Arrays.stream(aliases).map(one -> read.number + "." + one).toArray(String[]::new);
        }

        @Override
        public X509Certificate @Nullable [] getCertificateChain(String alias) {
            return keys(of(alias)).getCertificateChain(name(alias));
        }

        @Override
        public @Nullable PrivateKey getPrivateKey(String alias) {
            return keys(of(alias)).getPrivateKey(name(alias));
        }

        @Override
        public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseServerAlias(
                String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return null;
        }

        private X509ExtendedKeyManager keys(Read read) {
            if (read.keys == null) {
                throw new IllegalStateException("no keys");
            }
            return read.keys;
        }

        private @Nullable String numbered(Read read, @Nullable String alias) {
            return alias == null ? null : read.number + "." + alias;
        }

        private Read of(String alias) {
            Read old = previous;
            return alias.startsWith(old.number + ".") ? old : current;
        }

        private String name(String alias) {
            return alias.substring(alias.indexOf('.') + 1);
        }
    }
}
