package io.surfacefs.codec;

import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.SurfaceException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is signed of a manifest: the RFC 8785 form of what its maker said, without the members that the service fills
 * and changes. And the envelope of a scan manifest between its two forms: the whole DSSE envelope, as it lies beside
 * the manifest in a store and in a kit, and the signatures alone, since the payload follows from the manifest. Knows
 * nothing of keys. May be used from any thread.
 */
public final class SignedForm {
    /** The payload type of a manifest's envelope. */
    public static final String TYPE = "application/vnd.stellaops.surface.manifest+json";

    /** The longest form of signatures alone, bytes. */
    public static final int MAX_SIGNATURES = 4096;

    /** So many signatures an envelope has at most; more wouldn't fit anyway. */
    private static final int MAX_SIGNERS = 32;

    /** So many characters of what a signer wrote stand in a message. */
    private static final int SHOWN = 80;

    private static final String HINT = "see surface.signing.trust-dir";

    private static final List<String> FILLED = List.of("createdAt", "expiresAt", "storage", "integrity");

    private SignedForm() {}

    /**
     * A manifest's signed form and its envelope.
     *
     * @param payload what an envelope of it holds
     * @param envelope as a tree, or null where nobody signed it
     */
    @SuppressWarnings("ArrayRecordComponent") // looked at once, never compared
    public record Parts(byte[] payload, @Nullable Map<String, @Nullable Object> envelope) {}

    /** @param manifest a tree that is left as it is */
    static byte[] of(Map<String, @Nullable Object> manifest) {
        TreeMap<String, @Nullable Object> signed = new TreeMap<>(manifest);
        FILLED.forEach(signed::remove);
        return CanonicalJson.write(signed);
    }

    /** What is signed of a manifest. */
    public static byte[] of(Manifest manifest) {
        return of(CanonicalJson.parseObject(manifest.canonical(), Long.MAX_VALUE));
    }

    /**
     * What is signed of a manifest, and its envelope.
     *
     * @throws SurfaceException {@code SIGNATURE_INVALID} when what stands beside a scan manifest is no envelope of it
     */
    public static Parts parts(Manifest manifest) {
        SortedMap<String, @Nullable Object> tree = CanonicalJson.parseObject(manifest.canonical(), Long.MAX_VALUE);
        byte[] payload = of(tree);
        return switch (manifest) {
            case ArtefactManifest artefact ->
                new Parts(
                        payload,
                        tree.get("integrity") instanceof Map<?, ?> integrity
                                        && integrity.get("signature") instanceof Map<?, ?> envelope
                                ? named(envelope)
                                : null);
            case ScanManifest scan ->
                new Parts(payload, scan.signatures() == null ? null : envelope(payload, scan.signatures()));
        };
    }

    private static SortedMap<String, @Nullable Object> envelope(byte[] payload, byte[] signatures) {
        SortedMap<String, @Nullable Object> envelope = CanonicalJson.parseObject(signatures, MAX_SIGNATURES);
        if (envelope.get("problem") instanceof String problem) {
            throw new SurfaceException(ErrorCode.SIGNATURE_INVALID, problem, HINT);
        }
        envelope.put("payloadType", TYPE);
        envelope.put("payload", Base64.getEncoder().encodeToString(payload));
        return envelope;
    }

    /**
     * The envelope that lies beside a scan manifest, in RFC 8785 form; null where nobody signed it.
     *
     * @throws SurfaceException {@code SIGNATURE_INVALID} when what stands beside it is none
     */
    public static byte @Nullable [] envelope(ScanManifest manifest) {
        Map<String, @Nullable Object> envelope = parts(manifest).envelope();
        return envelope == null ? null : CanonicalJson.write(envelope);
    }

    /**
     * The signatures of an envelope alone.
     *
     * @param envelope a DSSE envelope, whose payload may be left out
     * @throws SurfaceException {@code SIGNATURE_INVALID} when it is none, or holds another payload than this manifest's
     */
    public static byte[] signatures(byte[] envelope, ScanManifest manifest) {
        try {
            return signatures(CanonicalJson.parseObject(envelope, Integer.MAX_VALUE), manifest);
        } catch (SurfaceException e) {
            throw e.code() == ErrorCode.SIGNATURE_INVALID ? e : invalid(String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            throw invalid("it has what is no base64");
        }
    }

    private static byte[] signatures(SortedMap<String, @Nullable Object> envelope, ScanManifest manifest) {
        if (!(envelope.get("signatures") instanceof List<?> all) || all.isEmpty()) {
            throw invalid("it has no signatures");
        }
        if (all.size() > MAX_SIGNERS) {
            throw invalid("it has more than " + MAX_SIGNERS + " signatures");
        }
        List<Object> kept = new ArrayList<>();
        for (Object one : all) {
            if (!(one instanceof Map<?, ?> members) || !(members.get("sig") instanceof String sig)) {
                throw invalid("a signature is no object, or has no sig");
            }
            String keyId = members.get("keyid") instanceof String id ? id : "";
            kept.add(new TreeMap<>(
                    Map.of("keyid", keyId, "sig", Base64.getEncoder().encodeToString(bytes(sig)))));
        }
        Object type = envelope.getOrDefault("payloadType", TYPE);
        if (!TYPE.equals(type)) {
            throw invalid("what is signed is a " + shown(type) + ", not a '" + TYPE + "'");
        }
        if (envelope.containsKey("payload")
                && !(envelope.get("payload") instanceof String payload
                        && Arrays.equals(bytes(payload), of(manifest)))) {
            throw invalid("signed by " + signers(kept) + ", but something else than this manifest");
        }
        byte[] signatures = CanonicalJson.write(new TreeMap<>(Map.of("signatures", kept)));
        if (signatures.length > MAX_SIGNATURES) {
            throw invalid("its signatures have more than " + MAX_SIGNATURES + " bytes");
        }
        return signatures;
    }

    private static List<String> signers(List<Object> signatures) {
        List<String> signers = new ArrayList<>();
        for (Object one : signatures) {
            if (one instanceof Map<?, ?> members) {
                signers.add(shown(members.get("keyid")));
            }
        }
        return signers;
    }

    /**
     * As {@link #signatures(byte[], ScanManifest)}, for what lies beside a manifest and must not keep it from being
     * read: what is wrong with it is told by whoever verifies.
     */
    public static byte[] signaturesAsFound(byte[] envelope, ScanManifest manifest) {
        try {
            return signatures(envelope, manifest);
        } catch (SurfaceException e) {
            String problem = String.valueOf(e.getMessage());
            return CanonicalJson.write(new TreeMap<>(
                    Map.of("problem", problem.substring(0, Math.min(problem.length(), MAX_SIGNATURES / 16)))));
        }
    }

    /** Whether what {@link #signaturesAsFound} gave tells that no envelope of the manifest lies there. */
    public static boolean isProblem(byte @Nullable [] signatures) {
        return signatures != null
                && CanonicalJson.parseObject(signatures, MAX_SIGNATURES).containsKey("problem");
    }

    /** As it may stand in a message, whoever wrote it. */
    private static String shown(@Nullable Object text) {
        String all = String.valueOf(text);
        return "'" + all.substring(0, Math.min(all.length(), SHOWN)).replaceAll("[^\\x20-\\x7e]", "?") + "'";
    }

    private static byte[] bytes(String base64) {
        return Base64.getDecoder().decode(base64.replace('-', '+').replace('_', '/'));
    }

    @SuppressWarnings("unchecked") // the reader makes no other maps
    private static Map<String, @Nullable Object> named(Map<?, ?> tree) {
        return (Map<String, @Nullable Object>) tree;
    }

    private static SurfaceException invalid(String why) {
        return new SurfaceException(ErrorCode.SIGNATURE_INVALID, "the signature of the manifest: " + why, HINT);
    }
}
