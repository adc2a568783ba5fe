package io.surfacefs.signing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** The one block of a PEM file (RFC 7468). Texts of failures never quote what is in it. */
final class Pem {
    private static final int MAX_BYTES = 64 << 10;

    private Pem() {}

    /**
     * Reads the block with a label.
     *
     * @throws IOException whose message ends a sentence that begins with the file: "holds no …"
     */
    static byte[] read(Path file, String label) throws IOException {
        String text;
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException("is too long for a key");
            }
            text = Files.readString(file, StandardCharsets.US_ASCII);
        } catch (java.nio.file.FileSystemException | java.nio.charset.CharacterCodingException e) {
            throw new IOException("can't be read", e);
        }
        String begin = "-----BEGIN " + label + "-----";
        int from = text.indexOf(begin);
        int to = text.indexOf("-----END " + label + "-----");
        if (from < 0 || to < from) {
            throw new IOException("holds no " + label.toLowerCase(java.util.Locale.ROOT) + " in PEM" + mend(text));
        }
        try {
            return Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to));
        } catch (IllegalArgumentException e) {
            throw new IOException("holds a block that is no base64", e);
        }
    }

    private static String mend(String text) {
        if (text.contains("-----BEGIN EC PRIVATE KEY-----")) {
            return ", but one of the older form: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW";
        }
        return text.contains("ENCRYPTED PRIVATE KEY-----")
                ? ", but an encrypted one: mount it in the clear, readable for this program alone"
                : "";
    }
}
