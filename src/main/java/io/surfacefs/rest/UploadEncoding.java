package io.surfacefs.rest;

import io.surfacefs.model.Representation;
import java.util.List;
import java.util.Locale;

/** In which form a client sends a body. */
final class UploadEncoding {
    private UploadEncoding() {}

    /**
     * Reads {@code Content-Encoding}.
     *
     * @param headers all values of the field
     * @throws HttpRefusal 415 for anything but zstd, once, and identity
     */
    static Representation parse(List<String> headers) {
        Representation encoding = Representation.IDENTITY;
        for (String header : headers) {
            for (String coding : header.split(",", -1)) {
                String name = coding.strip().toLowerCase(Locale.ROOT);
                if (name.isEmpty() || name.equals("identity")) {
                    continue;
                }
                if (!name.equals("zstd") || encoding == Representation.ZSTD) {
                    throw new HttpRefusal(
                            415, "this content encoding isn't taken", "send zstd, once, or no Content-Encoding");
                }
                encoding = Representation.ZSTD;
            }
        }
        return encoding;
    }

    /**
     * Lets a body pass that isn't encoded.
     *
     * @throws HttpRefusal 415 when it is
     */
    static void requireIdentity(List<String> headers) {
        if (parse(headers) != Representation.IDENTITY) {
            throw new HttpRefusal(
                    415, "only a payload may be sent zstd-encoded", "send this body without Content-Encoding");
        }
    }
}
