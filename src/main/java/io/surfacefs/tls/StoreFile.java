package io.surfacefs.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Files with certificates, or with keys and theirs. Values; what they name is read anew by each call. */
public sealed interface StoreFile {
    /** The password of stores in memory, which guards nothing. */
    char[] NONE = new char[0];

    /**
     * What the files hold now, the keys in it under {@link #NONE}.
     *
     * @throws IOException when they can't be used; the message names the file, and holds no secret
     */
    KeyStore load() throws IOException;

    /** PEM certificates of who is trusted. */
    record PemCertificates(List<Path> files) implements StoreFile {
        @Override
        public KeyStore load() throws IOException {
            KeyStore store = empty();
            int n = 0;
            for (Path file : files) {
                for (X509Certificate certificate : Certificates.read(file)) {
                    try {
                        store.setCertificateEntry("trusted-" + n++, certificate);
                    } catch (GeneralSecurityException e) {
                        throw new IOException(file + " can't be used", e);
                    }
                }
            }
            return store;
        }
    }

    /**
     * Keys with their certificates, PEM.
     *
     * @param certificates each with its chain; as many as {@code keys}
     */
    record PemPairs(List<Path> certificates, List<Path> keys) implements StoreFile {
        @Override
        public KeyStore load() throws IOException {
            KeyStore store = empty();
            for (int i = 0; i < keys.size(); i++) {
                List<X509Certificate> chain = Certificates.read(certificates.get(i));
                PrivateKey key = PemKey.read(keys.get(i));
                try {
                    store.setKeyEntry("own-" + i, key, NONE, chain.toArray(new Certificate[0]));
                } catch (GeneralSecurityException e) {
                    throw new IOException(keys.get(i) + " can't be used", e);
                }
            }
            return store;
        }
    }

    /**
     * A store of Java's.
     *
     * @param type {@code PKCS12} or {@code JKS}
     * @param alias the only entry that counts, or null for all
     * @param keyPassword of the keys; null: as of the store
     */
    record KeyStoreFile(
            Path file,
            String type,
            @Nullable String password,
            @Nullable String alias,
            @Nullable String keyPassword) implements StoreFile {
        @Override
        public KeyStore load() throws IOException {
            try (InputStream in = Files.newInputStream(file)) {
                KeyStore read = KeyStore.getInstance(type);
                read.load(in, password == null ? null : password.toCharArray());
                String keys = keyPassword == null ? password : keyPassword;
                return copied(read, keys == null ? NONE : keys.toCharArray());
            } catch (java.nio.file.FileSystemException e) {
                throw new IOException(file + " can't be read", e);
            } catch (IOException | GeneralSecurityException e) {
                throw new IOException(file + " is no " + type + " store, or its password is another one", e);
            }
        }

        private KeyStore copied(KeyStore read, char[] keys) throws IOException, GeneralSecurityException {
            KeyStore store = empty();
            for (String name : Collections.list(read.aliases())) {
                if (alias != null && !alias.equalsIgnoreCase(name)) {
                    continue;
                }
                if (read.isKeyEntry(name)) {
                    store.setKeyEntry(name, read.getKey(name, keys), NONE, read.getCertificateChain(name));
                } else {
                    store.setCertificateEntry(name, read.getCertificate(name));
                }
            }
            return store;
        }

        @Override
        public String toString() {
            return type + " " + file;
        }
    }

    /**
     * The first certificates of the keys, or all certificates where there are no keys.
     *
     * @throws IOException as {@link #load}
     */
    default List<X509Certificate> holders() throws IOException {
        List<X509Certificate> all = new ArrayList<>();
        try {
            KeyStore store = load();
            for (String alias : Collections.list(store.aliases())) {
                if (store.getCertificate(alias) instanceof X509Certificate certificate) {
                    all.add(certificate);
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IOException(this + " can't be used", e);
        }
        return all;
    }

    private static KeyStore empty() throws IOException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            return store;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
