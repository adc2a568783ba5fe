package io.surfacefs.rest;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads {@code Content-Digest} (RFC 9530): a dictionary of structured fields (RFC 8941 section 3.2) whose values are
 * byte sequences. Algorithms that aren't known here are passed over, but must be well formed too.
 */
final class DigestField {
    private static final Map<String, Integer> KNOWN = Map.of("sha-256", 32, "sha-512", 64);

    private final String text;
    private int at;

    private DigestField(String text) {
        this.text = text;
    }

    /**
     * The known digests by algorithm; of one named twice the last counts, as structured fields say.
     *
     * @param headers the values of all header lines
     * @throws SurfaceException {@code INVALID_ARGUMENT} when the field is malformed
     */
    static Map<String, byte[]> parse(List<String> headers) {
        Map<String, byte[]> digests = new LinkedHashMap<>();
        if (!headers.isEmpty()) {
            new DigestField(String.join(",", headers)).dictionary(digests);
        }
        return digests;
    }

    private void dictionary(Map<String, byte[]> digests) {
        skip(" ");
        while (true) {
            String key = key();
            expect('=');
            byte[] value = byteSequence();
            parameters();
            Integer length = KNOWN.get(key);
            if (length != null) {
                if (value.length != length) {
                    throw malformed();
                }
                digests.put(key, value);
            }
            skip(" \t");
            if (at == text.length()) {
                return;
            }
            expect(',');
            skip(" \t");
        }
    }

    private String key() {
        int from = at;
        if (at == text.length() || (!isLower(text.charAt(at)) && text.charAt(at) != '*')) {
            throw malformed();
        }
        while (at < text.length() && isKeyCharacter(text.charAt(at))) {
            at++;
        }
        return text.substring(from, at);
    }

    private byte[] byteSequence() {
        expect(':');
        int close = text.indexOf(':', at);
        if (close < 0) {
            throw malformed();
        }
        try {
            byte[] value = Base64.getDecoder().decode(text.substring(at, close));
            at = close + 1;
            return value;
        } catch (IllegalArgumentException e) {
            throw malformed();
        }
    }

    /** Parameters mean nothing here; they may not hide another member, so what they may hold is narrow. */
    private void parameters() {
        while (at < text.length() && text.charAt(at) == ';') {
            at++;
            skip(" ");
            key();
            if (at < text.length() && text.charAt(at) == '=') {
                at++;
                int from = at;
                while (at < text.length() && ",; \t\"".indexOf(text.charAt(at)) < 0) {
                    at++;
                }
                if (from == at) {
                    throw malformed();
                }
            }
        }
    }

    private void expect(char c) {
        if (at == text.length() || text.charAt(at) != c) {
            throw malformed();
        }
        at++;
    }

    private void skip(String blanks) {
        while (at < text.length() && blanks.indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private static boolean isLower(char c) {
        return c >= 'a' && c <= 'z';
    }

    private static boolean isKeyCharacter(char c) {
        return isLower(c) || (c >= '0' && c <= '9') || "_-.*".indexOf(c) >= 0;
    }

    private static SurfaceException malformed() {
        return new SurfaceException(
                ErrorCode.INVALID_ARGUMENT, "malformed Content-Digest", "as in RFC 9530: sha-256=:BASE64:");
    }
}
