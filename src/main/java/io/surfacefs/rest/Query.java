package io.surfacefs.rest;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parameters of a query string, read strictly. One that is empty counts as not given. */
final class Query {
    private final Map<String, String> values = new HashMap<>();

    /** @throws SurfaceException {@code INVALID_ARGUMENT} for a malformed escape or a name that stands twice */
    Query(@Nullable String query) {
        if (query == null || query.isEmpty()) {
            return;
        }
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
            if (!name.isEmpty() && values.put(name, value) != null) {
                throw new SurfaceException(ErrorCode.INVALID_ARGUMENT, "a query parameter was given more than once");
            }
        }
    }

    /** The value, or null where it is absent or empty. */
    @Nullable String get(String name) {
        String value = values.get(name);
        return value == null || value.isEmpty() ? null : value;
    }

    /**
     * {@code page_size}, or 0 where it is absent.
     *
     * @throws SurfaceException {@code INVALID_ARGUMENT} when it is no whole number from 1 to the most
     */
    int pageSize(int most) {
        String text = get("page_size");
        if (text == null) {
            return 0;
        }
        int size = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
        if (size < 1 || size > most) {
            throw new SurfaceException(ErrorCode.INVALID_ARGUMENT, "page_size is 1 to " + most);
        }
        return size;
    }

    private static String decode(String text) {
        byte[] bytes = new byte[text.length() * 3];
        int n = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                int value = Percent.value(text, i);
                if (value < 0) {
                    throw malformed();
                }
                bytes[n++] = (byte) value;
                i += 2;
            } else if (c < 0x100) {
                bytes[n++] = (byte) (c == '+' ? ' ' : c);
            } else {
                throw malformed();
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, n))
                    .toString();
        } catch (CharacterCodingException e) {
            throw malformed();
        }
    }

    private static SurfaceException malformed() {
        return new SurfaceException(ErrorCode.INVALID_ARGUMENT, "malformed percent-encoding in the query");
    }
}
