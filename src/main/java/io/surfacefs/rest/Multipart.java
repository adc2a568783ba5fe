package io.surfacefs.rest;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code multipart/form-data} (RFC 7578, RFC 2046 section 5.1) part by part as it comes in, strictly: what is
 * malformed is refused, nothing is guessed. Holds one buffer of {@value #BUFFER} bytes, whatever the parts' sizes. For
 * one thread.
 */
final class Multipart {
    private static final int BUFFER = 64 * 1024;
    private static final int MAX_HEADER = 16 * 1024;
    /** What may stand before the first part and behind the last. */
    private static final int MAX_AROUND = 64 * 1024;

    /** One part. Its body must be read before the next part is asked for; what isn't is passed over. */
    final class Part {
        private final Map<String, List<String>> headers;
        private final String name;
        private final InputStream body = new Body();

        private Part(Map<String, List<String>> headers, String name) {
            this.headers = headers;
            this.name = name;
        }

        /** The {@code name} of the {@code Content-Disposition}. */
        String name() {
            return name;
        }

        /** All values of a header field. */
        List<String> headers(String field) {
            return headers.getOrDefault(field.toLowerCase(Locale.ROOT), List.of());
        }

        /** The value of a field that may stand once, or null. */
        @Nullable String header(String field) {
            List<String> values = headers(field);
            if (values.size() > 1) {
                throw malformed("a part has more than one " + field);
            }
            return values.isEmpty() ? null : values.getFirst();
        }

        /** Ends before the delimiter. */
        InputStream body() {
            return body;
        }
    }

    private final InputStream in;
    /** Line break, two hyphens and the boundary. */
    private final byte[] delimiter;
    /** How far a window may move by its last byte (Boyer, Moore, Horspool). */
    private final int[] shift = new int[256];

    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int limit;
    /** Where the delimiter begins in the buffer, -1 while it isn't in there. */
    private int found = -1;
    /** Up to where the buffer has been searched in vain. */
    private int searched;

    private boolean begun;
    private boolean closed;

    /** @param boundary as {@link #boundary} gave it */
    Multipart(InputStream in, String boundary) {
        this.in = in;
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.US_ASCII);
        Arrays.fill(shift, delimiter.length);
        for (int i = 0; i < delimiter.length - 1; i++) {
            shift[delimiter[i] & 0xff] = delimiter.length - 1 - i;
        }
        // The first delimiter may stand at the very beginning, without a line break before it.
        buffer[0] = '\r';
        buffer[1] = '\n';
        limit = 2;
    }

    /** Whether this content type is multipart/form-data. */
    static boolean is(@Nullable String contentType) {
        return contentType != null
                && contentType.strip().toLowerCase(Locale.ROOT).matches("multipart/form-data\\s*(;.*)?");
    }

    /**
     * The boundary that a content type names.
     *
     * @throws SurfaceException {@code INVALID_ARGUMENT} when there is none, or none that RFC 2046 allows
     */
    static String boundary(String contentType) {
        HeaderParameters type = HeaderParameters.parse(contentType);
        String boundary = type == null ? null : type.parameters().get("boundary");
        if (boundary == null || !boundary.matches("[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")) {
            throw malformed("the content type names no valid boundary");
        }
        return boundary;
    }

    /**
     * The next part, or null behind the last; the input is then at its end.
     *
     * @throws SurfaceException {@code INVALID_ARGUMENT} when the body is malformed
     */
    @Nullable Part next() throws IOException {
        if (closed) {
            return null;
        }
        passOver(begun ? Long.MAX_VALUE : MAX_AROUND);
        begun = true;
        position += delimiter.length;
        found = -1;
        int first = take();
        int second = take();
        if (first == '-' && second == '-') {
            closed = true;
            epilogue();
            return null;
        }
        while (first == ' ' || first == '\t') {
            first = second;
            second = take();
        }
        if (first != '\r' || second != '\n') {
            throw malformed("a delimiter doesn't end its line");
        }
        Map<String, List<String>> headers = headers();
        searched = position;
        return new Part(headers, name(headers));
    }

    private static String name(Map<String, List<String>> headers) {
        List<String> dispositions = headers.getOrDefault("content-disposition", List.of());
        HeaderParameters disposition =
                dispositions.size() == 1 ? HeaderParameters.parse(dispositions.getFirst()) : null;
        String name = disposition == null ? null : disposition.parameters().get("name");
        if (disposition == null || name == null || !disposition.value().equals("form-data")) {
            throw malformed("a part has no Content-Disposition: form-data with a name");
        }
        for (String encoding : headers.getOrDefault("content-transfer-encoding", List.of())) {
            if (!encoding.toLowerCase(Locale.ROOT).matches("binary|8bit|7bit")) {
                throw malformed("a part has a transfer encoding");
            }
        }
        return name;
    }

    private Map<String, List<String>> headers() throws IOException {
        Map<String, List<String>> headers = new TreeMap<>();
        int left = MAX_HEADER;
        while (true) {
            String line = line(left);
            if (line.isEmpty()) {
                return headers;
            }
            left -= line.length();
            int colon = line.indexOf(':');
            if (colon <= 0 || !line.substring(0, colon).matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
                throw malformed("a part's header is malformed");
            }
            headers.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), field -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
    }

    private String line(int max) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = take(); c != '\r'; c = take()) {
            if (line.length() >= max || (c < 0x20 && c != '\t')) {
                throw malformed("a part's header is malformed or too long");
            }
            line.append((char) c);
        }
        if (take() != '\n') {
            throw malformed("a part's header is malformed");
        }
        return line.toString();
    }

    private int take() throws IOException {
        if (position == limit && !fill()) {
            throw endedEarly();
        }
        return buffer[position++] & 0xff;
    }

    /** Behind the last delimiter only what a lawful epilogue may be, up to the end of the request. */
    private void epilogue() throws IOException {
        int behind = limit - position;
        position = limit;
        while (fill()) {
            behind += limit - position;
            position = limit;
            if (behind > MAX_AROUND) {
                throw malformed("something follows the last part");
            }
        }
    }

    private void passOver(long max) throws IOException {
        long left = max;
        for (int n = ahead(); n > 0; n = ahead()) {
            position += n;
            left -= n;
            if (left < 0) {
                throw malformed("no part begins");
            }
        }
    }

    /** How many bytes of the part's body stand at the position, 0 at its end; reads on until that is known. */
    private int ahead() throws IOException {
        while (true) {
            if (found < 0) {
                search();
            }
            if (found >= 0) {
                return found - position;
            }
            // The last bytes may be the beginning of a delimiter.
            int safe = limit - (delimiter.length - 1) - position;
            if (safe > 0) {
                return safe;
            }
            if (!fill()) {
                throw endedEarly();
            }
        }
    }

    private void search() {
        int last = delimiter.length - 1;
        int at = Math.max(searched, position);
        while (at + last < limit) {
            int c = buffer[at + last] & 0xff;
            if (c == (delimiter[last] & 0xff) && matches(at)) {
                found = at;
                return;
            }
            at += shift[c];
        }
        searched = at;
    }

    private boolean matches(int at) {
        for (int i = 0; i < delimiter.length; i++) {
            if (buffer[at + i] != delimiter[i]) {
                return false;
            }
        }
        return true;
    }

    /** Reads more behind what is there; false at the end of the input. */
    private boolean fill() throws IOException {
        if (position > 0) {
            System.arraycopy(buffer, position, buffer, 0, limit - position);
            searched = Math.max(0, searched - position);
            limit -= position;
            position = 0;
        }
        int n = in.read(buffer, limit, buffer.length - limit);
        limit += Math.max(0, n);
        return n >= 0;
    }

    private static SurfaceException endedEarly() {
        return malformed("the multipart body ends early");
    }

    private static SurfaceException malformed(String what) {
        return new SurfaceException(
                ErrorCode.INVALID_ARGUMENT, "malformed multipart body: " + what, "multipart/form-data as in RFC 7578");
    }

    /** The body of the part at hand. */
    private final class Body extends InputStream {
        private boolean ended;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, target.length);
            if (length == 0) {
                return 0;
            }
            int n = ended ? 0 : Math.min(length, ahead());
            if (n == 0) {
                ended = true;
                return -1;
            }
            System.arraycopy(buffer, position, target, offset, n);
            position += n;
            return n;
        }
    }
}
