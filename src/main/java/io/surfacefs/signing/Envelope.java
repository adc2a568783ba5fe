package io.surfacefs.signing;

import io.surfacefs.codec.CanonicalJson;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A DSSE envelope (secure-systems-lab/dsse, version 1.0): a payload, what it is, and signatures over both. Immutable.
 *
 * @param payloadType what the payload is, a media type or URI
 * @param payload the signed bytes; not copied, nobody writes to them
 * @param signatures at least one, at most {@value #MAX_SIGNATURES}
 */
public record Envelope(String payloadType, byte[] payload, List<Signed> signatures) {
    /** More signatures than that are refused: each costs a verification. */
    public static final int MAX_SIGNATURES = 16;

    /** What stands around the payload: the signatures, white space, members that nobody knows. */
    private static final int AROUND = 64 << 10;

    private static final int MAX_NAME = 1024;
    private static final int MAX_SIGNATURE = 1024;

    /**
     * One signature.
     *
     * @param keyId by whose key it says that it is, a hint; empty where it doesn't say
     * @param signature the bytes that the key made
     */
    public record Signed(String keyId, byte[] signature) {}

    public Envelope {
        signatures = List.copyOf(signatures);
    }

    /** How many bytes an envelope may have at most whose payload has so many. */
    public static long maxBytes(long payload) {
        return (payload + 2) / 3 * 4 + AROUND;
    }

    /** What is signed: the pre-authentication encoding of a type and a payload. */
    public static byte[] encoded(String payloadType, byte[] payload) {
        byte[] type = payloadType.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(payload.length + type.length + 40);
        bytes.writeBytes(("DSSEv1 " + type.length + " ").getBytes(StandardCharsets.US_ASCII));
        bytes.writeBytes(type);
        bytes.writeBytes((" " + payload.length + " ").getBytes(StandardCharsets.US_ASCII));
        bytes.writeBytes(payload);
        return bytes.toByteArray();
    }

    /** See {@link #encoded(String, byte[])}. */
    public byte[] encoded() {
        return encoded(payloadType, payload);
    }

    /**
     * Reads an envelope. Base64 may be of either alphabet; members that are not known are passed over.
     *
     * @throws SurfaceException {@code SIGNATURE_INVALID} when it is none, or longer than it may be
     */
    public static Envelope parse(byte[] json, int maxBytes) {
        try {
            return of(CanonicalJson.parseObject(json, maxBytes));
        } catch (SurfaceException e) {
            throw e.code() == ErrorCode.SIGNATURE_INVALID ? e : none(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Reads an envelope that is a member of another document.
     *
     * @throws SurfaceException {@code SIGNATURE_INVALID} when it is none
     */
    public static Envelope of(Map<String, ? extends @Nullable Object> tree) {
        String type = text(tree, "payloadType");
        if (type.isEmpty() || type.length() > MAX_NAME) {
            throw none("payloadType is empty or too long");
        }
        if (!(tree.get("signatures") instanceof List<?> all) || all.isEmpty() || all.size() > MAX_SIGNATURES) {
            throw none("it has no signatures, or more than " + MAX_SIGNATURES);
        }
        List<Signed> signatures = new ArrayList<>();
        for (Object one : all) {
            if (!(one instanceof Map<?, ?> members)) {
                throw none("a signature is no object");
            }
            Object id = members.get("keyid");
            String keyId = id instanceof String name ? name : "";
            byte[] signature = bytes(members.get("sig"), "sig");
            if (signature.length == 0 || signature.length > MAX_SIGNATURE || keyId.length() > MAX_NAME) {
                throw none("a signature or its keyid is empty or too long");
            }
            signatures.add(new Signed(keyId, signature));
        }
        return new Envelope(type, bytes(tree.get("payload"), "payload"), signatures);
    }

    private static String text(Map<String, ? extends @Nullable Object> tree, String name) {
        return tree.get(name) instanceof String text ? text : "";
    }

    private static byte[] bytes(@Nullable Object value, String name) {
        if (value instanceof String text) {
            try {
                return Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
            } catch (IllegalArgumentException e) {
                throw none(name + " is no base64");
            }
        }
        throw none(name + " is missing");
    }

    private static SurfaceException none(String why) {
        return new SurfaceException(
                ErrorCode.SIGNATURE_INVALID,
                "not a DSSE envelope: " + why,
                "see https://github.com/secure-systems-lab/dsse");
    }

    /** As a member of another document. */
    public SortedMap<String, @Nullable Object> tree() {
        Base64.Encoder base64 = Base64.getEncoder();
        SortedMap<String, @Nullable Object> tree = new TreeMap<>();
        tree.put("payloadType", payloadType);
        tree.put("payload", base64.encodeToString(payload));
        List<Object> all = new ArrayList<>();
        for (Signed one : signatures) {
            all.add(new TreeMap<>(Map.of("keyid", one.keyId, "sig", base64.encodeToString(one.signature))));
        }
        tree.put("signatures", Collections.unmodifiableList(all));
        return tree;
    }

    /** In RFC 8785 form. */
    public byte[] json() {
        return CanonicalJson.write(tree());
    }
}
