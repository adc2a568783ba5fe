package io.surfacefs.rest;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The field {@value #NAME} of a scan manifest: its DSSE envelope as JSON, in base64. What is served leaves the payload
 * out, which follows from the manifest; what is sent may.
 */
final class SignatureField {
    static final String NAME = "Surface-Signature";

    private SignatureField() {}

    /**
     * The envelope that a request brings, null for none.
     *
     * @throws SurfaceException {@code INVALID_ARGUMENT} when it is no base64
     */
    static byte @Nullable [] of(Exchange exchange) {
        String value = exchange.header(NAME);
        if (value == null) {
            return null;
        }
        try {
            return Base64.getDecoder().decode(value.strip().replace('-', '+').replace('_', '/'));
        } catch (IllegalArgumentException e) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT, NAME + " is no base64", "the DSSE envelope as JSON, in base64");
        }
    }

    static String value(byte[] signatures) {
        return Base64.getEncoder().encodeToString(signatures);
    }
}
