package io.surfacefs.signing;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The public keys whose signatures count, each under its name; several, so that one can take the place of another.
 * Immutable; thread-safe.
 */
public final class TrustedKeys {
    /** Each signature may cost that many verifications. */
    static final int MAX_KEYS = 64;

    private static final String SUFFIX = ".pem";

    private final SortedMap<String, Algorithm.Known<PublicKey>> keys;

    private TrustedKeys(Map<String, Algorithm.Known<PublicKey>> keys) {
        this.keys = new TreeMap<>(keys);
    }

    /**
     * Reads a folder of public keys.
     *
     * @param folder its files that end in {@code .pem}; the name before that is the key's. Links are followed, since
     *     mounted secrets are links; names that begin with a dot are passed over
     * @throws IOException when a file can't be read or holds something else, or there are too many; its message says
     *     which
     */
    public static TrustedKeys read(Path folder) throws IOException {
        Map<String, Algorithm.Known<PublicKey>> keys = new TreeMap<>();
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(TrustedKeys::isKey).sorted().toList();
        }
        if (files.size() > MAX_KEYS) {
            throw new IOException(folder + " holds more than " + MAX_KEYS + " keys");
        }
        for (Path file : files) {
            keys.put(name(file), publicKey(file));
        }
        return new TrustedKeys(keys);
    }

    /** A key alone; the name of its file, without {@code .pem}, is the key's. */
    public static TrustedKeys ofFile(Path file) throws IOException {
        return new TrustedKeys(Map.of(name(file), publicKey(file)));
    }

    static boolean isKey(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.endsWith(SUFFIX) && !name.startsWith(".") && Files.isRegularFile(file);
    }

    /** What a key is called by its file: the name without {@code .pem}. */
    public static String name(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
    }

    /** What differs when a file was exchanged or written to; a link counts for what it leads to. */
    static String stamp(Path file) throws IOException {
        BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
        return found.size() + " " + found.lastModifiedTime().to(TimeUnit.NANOSECONDS) + " " + found.fileKey();
    }

    private static Algorithm.Known<PublicKey> publicKey(Path file) throws IOException {
        try {
            X509EncodedKeySpec encoded = new X509EncodedKeySpec(Pem.read(file, "PUBLIC KEY"));
            return Algorithm.known(PublicKey.class, encoded, factory -> factory.generatePublic(encoded));
        } catch (InvalidKeySpecException e) {
            throw new IOException(file + " holds neither an Ed25519 nor a P-256 key", e);
        } catch (IOException e) {
            throw new IOException(file + " " + e.getMessage(), e);
        }
    }

    /** Their names, sorted. */
    public List<String> names() {
        return List.copyOf(keys.keySet());
    }

    /**
     * Finds a signature that counts. What an envelope calls a key is a hint; all keys are tried.
     *
     * @param payloadType what the payload must say that it is
     * @return the name of the key that made it
     * @throws SurfaceException {@code SIGNATURE_INVALID}, with who signed and why that doesn't count
     */
    public String verify(Envelope envelope, String payloadType) {
        if (!envelope.payloadType().equals(payloadType)) {
            throw invalid("what is signed is a " + quoted(envelope.payloadType()) + ", not a " + quoted(payloadType));
        }
        byte[] encoded = envelope.encoded();
        for (Envelope.Signed signed : envelope.signatures()) {
            String by = by(signed, encoded);
            if (by != null) {
                return by;
            }
        }
        String signers = envelope.signatures().stream()
                .map(signed -> signed.keyId().isEmpty() ? "somebody" : quoted(signed.keyId()))
                .collect(Collectors.joining(", "));
        boolean known = envelope.signatures().stream().anyMatch(signed -> keys.containsKey(signed.keyId()));
        throw invalid(
                known
                        ? "signed by " + signers + ", whose key didn't make this signature of these bytes"
                        : "signed by " + signers + ", whose key is not among those trusted here: " + names());
    }

    private @Nullable String by(Envelope.Signed signed, byte[] encoded) {
        Algorithm.Known<PublicKey> named = keys.get(signed.keyId());
        if (named != null && fits(named, signed.signature(), encoded)) {
            return signed.keyId();
        }
        for (Map.Entry<String, Algorithm.Known<PublicKey>> entry : keys.entrySet()) {
            if (fits(entry.getValue(), signed.signature(), encoded)) {
                return entry.getKey();
            }
        }
        return null;
    }

    private static boolean fits(Algorithm.Known<PublicKey> known, byte[] signature, byte[] encoded) {
        if (known.algorithm() == Algorithm.P256 && signature.length == Algorithm.P256_PLAIN_LENGTH) {
            return fits(known.key(), Algorithm.P256_PLAIN, signature, encoded)
                    || fits(known.key(), known.algorithm().signatures(), signature, encoded);
        }
        return fits(known.key(), known.algorithm().signatures(), signature, encoded);
    }

    private static boolean fits(PublicKey key, String algorithm, byte[] signature, byte[] encoded) {
        try {
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(key);
            verifier.update(encoded);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false; // of another form than this key's signatures have
        }
    }

    static String quoted(String text) {
        String shown = text.length() > 80 ? text.substring(0, 80) + "…" : text;
        return "'" + shown.replaceAll("[\\p{Cntrl}']", "?") + "'";
    }

    private static SurfaceException invalid(String why) {
        return new SurfaceException(ErrorCode.SIGNATURE_INVALID, why, "see surface.signing.trust-dir");
    }
}
