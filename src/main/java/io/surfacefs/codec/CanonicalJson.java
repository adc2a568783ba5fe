package io.surfacefs.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * JSON in canonical form (RFC 8785, JCS): a strict reader into a small tree, and the writer of the one form that gets
 * hashed. What the reader takes the writer can write, and reading that again gives an equal tree.
 *
 * <p>A tree is made of {@code SortedMap<String, Object>} (by UTF-16 code units), {@code List<Object>}, {@code String},
 * {@code Long} (whole numbers, also where they were written as {@code 1.0} or {@code 1e3}), {@code Double} (all
 * others), {@code Boolean} and null.
 *
 * <p>Refused with {@code INVALID_MANIFEST}, beside what is no JSON: bytes that are not UTF-8, a byte order mark, more
 * than {@link #MAX_DEPTH} levels, a member that comes twice, a lone surrogate (also an escaped one), an integer of 2^53
 * or more in absolute value, a number too large for a double, anything behind the value. The message says what and
 * where and quotes a few characters at most. All methods may be called from any thread.
 */
public final class CanonicalJson {
    /** Objects and arrays that may lie within each other. */
    public static final int MAX_DEPTH = 64;

    // Names are not kept: a table of names that clients choose would be one they can fill. Buffers aren't either, since
    // parsing from
    // characters hardly needs any and virtual threads are too many to keep one each.
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /** A sign and the 16 digits of 2^53 - 1. */
    private static final int LONGEST_INTEGER = 17;

    private static final int SHOWN = 20;

    private CanonicalJson() {}

    /**
     * Reads one JSON value.
     *
     * @param utf8 the whole document; white space around the value is fine
     * @param maxBytes longest document that is read
     * @return the tree, the caller's own
     * @throws SurfaceException {@code INVALID_MANIFEST}
     */
    public static @Nullable Object parse(byte[] utf8, long maxBytes) {
        if (utf8.length > maxBytes) {
            throw refused("longer than " + maxBytes + " bytes");
        }
        CharBuffer text = decode(utf8);
        boolean escapes = indexOf(utf8, '\\') >= 0;
        try (JsonParser parser = FACTORY.createParser(text.array(), text.arrayOffset(), text.remaining())) {
            if (parser.nextToken() == null) {
                throw refused("no JSON, nothing but white space");
            }
            Object value = value(parser, escapes);
            if (parser.nextToken() != null) {
                throw refused("more behind the end of the value", parser.currentTokenLocation());
            }
            return value;
        } catch (StreamConstraintsException e) {
            throw parserSays(e, "deeper than " + MAX_DEPTH + " levels");
        } catch (JsonEOFException e) {
            throw parserSays(e, "not JSON, it ends too early");
        } catch (JsonProcessingException e) {
            throw parserSays(e, "not JSON" + unexpected(text, e.getLocation()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a document that is one JSON object, as {@link #parse} does.
     *
     * @throws SurfaceException {@code INVALID_MANIFEST}
     */
    public static SortedMap<String, @Nullable Object> parseObject(byte[] utf8, long maxBytes) {
        Object value = parse(utf8, maxBytes);
        if (!(value instanceof SortedMap<?, ?>)) {
            throw refused("not a JSON object");
        }
        @SuppressWarnings("unchecked") // the reader makes no other maps
        SortedMap<String, @Nullable Object> object = (SortedMap<String, @Nullable Object>) value;
        return object;
    }

    /**
     * Writes the RFC 8785 form.
     *
     * @param value a tree; besides what {@link #parse} gives, any {@code Map} with string keys and {@code Integer} are
     *     fine
     * @return UTF-8
     * @throws SurfaceException {@code INVALID_MANIFEST} when a string holds a lone surrogate or a number is not lawful
     */
    public static byte[] write(@Nullable Object value) {
        CanonicalWriter writer = new CanonicalWriter();
        writer.value(value);
        return writer.bytes();
    }

    private static @Nullable Object value(JsonParser parser, boolean escapes) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser, escapes);
            case START_ARRAY -> array(parser, escapes);
            case VALUE_STRING -> {
                String text = parser.getText();
                if (escapes) {
                    requirePairs(text, parser);
                }
                yield text;
            }
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> decimal(parser);
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw refused("not JSON", parser.currentTokenLocation());
        };
    }

    private static Map<String, @Nullable Object> object(JsonParser parser, boolean escapes) throws IOException {
        SortedMap<String, @Nullable Object> members = new TreeMap<>();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            if (escapes) {
                requirePairs(name, parser);
            }
            if (members.containsKey(name)) {
                throw refused("member '" + shown(name) + "' comes twice", parser.currentTokenLocation());
            }
            parser.nextToken();
            members.put(name, value(parser, escapes));
        }
        return members;
    }

    private static List<@Nullable Object> array(JsonParser parser, boolean escapes) throws IOException {
        List<@Nullable Object> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            elements.add(value(parser, escapes));
        }
        return elements;
    }

    private static Long integer(JsonParser parser) throws IOException {
        // Looked at by length first: the parser would make a number of a thousand digits.
        if (parser.getTextLength() <= LONGEST_INTEGER) {
            long value = parser.getLongValue();
            if (EcmaScriptNumbers.isLawful(value)) {
                return value;
            }
        }
        throw refused("integer that is not below 2^53", parser.currentTokenLocation());
    }

    private static Number decimal(JsonParser parser) throws IOException {
        double value = Double.parseDouble(parser.getText());
        if (!EcmaScriptNumbers.isLawful(value)) {
            String what = Double.isInfinite(value) ? "number too large for a double" : "integer that is not below 2^53";
            throw refused(what, parser.currentTokenLocation());
        }
        long whole = (long) value;
        // Told apart by what is written: 1.0 and -0.0 are written as integers, so they are read as such.
        if (whole == value && EcmaScriptNumbers.isLawful(whole)) {
            return whole;
        }
        return value;
    }

    /** UTF-8 that was checked holds no lone surrogate, so this is asked only where the document holds an escape. */
    private static void requirePairs(String text, JsonParser parser) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                    throw refused("lone surrogate in a string", parser.currentTokenLocation());
                }
                i++;
            }
        }
    }

    private static CharBuffer decode(byte[] utf8) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(utf8);
        CharBuffer out = CharBuffer.allocate(utf8.length);
        if (decoder.decode(in, out, true).isError()) {
            throw refused("not UTF-8 at byte " + in.position());
        }
        out.flip();
        if (out.hasRemaining() && out.get(0) == '\uFEFF') {
            throw refused("a byte order mark stands in front");
        }
        return out;
    }

    private static int indexOf(byte[] bytes, char wanted) {
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    /** The parser's own message is not passed on, since it quotes more of the document than an error text should. */
    private static SurfaceException parserSays(JsonProcessingException e, String what) {
        JsonLocation at = e.getLocation();
        return at == null ? refused(what) : refused(what, at);
    }

    private static String unexpected(CharBuffer text, @Nullable JsonLocation at) {
        if (at == null || at.getCharOffset() < 0 || at.getCharOffset() >= text.remaining()) {
            return "";
        }
        return ", unexpected '" + shown(String.valueOf(text.get((int) at.getCharOffset()))) + "'";
    }

    private static SurfaceException refused(String what, JsonLocation at) {
        return refused(what + " at line " + at.getLineNr() + ", column " + at.getColumnNr());
    }

    static SurfaceException refused(String what) {
        return new SurfaceException(ErrorCode.INVALID_MANIFEST, "not a manifest: " + what);
    }

    /** A name as it may stand in an error text: short, printable. */
    static String shown(String text) {
        String cut = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
        return cut.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
