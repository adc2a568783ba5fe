package io.surfacefs.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.service.ArtefactService;
import io.surfacefs.service.ItemKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code {"keys":[{"kind","digest"}]}}, the body of every batch. Unknown members are passed over. */
final class KeyList {
    /** The most bytes of such a body: 1,000 of the longest keys, generously laid out. */
    static final int MAX_BYTES = 1 << 20;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxStringLength(MAX_BYTES)
                    .maxNumberLength(100)
                    .build())
            .build();

    private final JsonParser parser;
    private @Nullable Kind last;

    private KeyList(JsonParser parser) {
        this.parser = parser;
    }

    /** @throws SurfaceException {@code INVALID_ARGUMENT} for more than 1,000 keys, a malformed one, or other JSON */
    static List<ItemKey> parse(byte[] json) {
        // Jackson guesses UTF-16 and UTF-32 by their zero bytes and byte order marks; a body is UTF-8.
        if (json.length > 1 && (json[0] == 0 || json[1] == 0 || json[0] < 0)) {
            throw refusal("the body is not JSON in UTF-8");
        }
        try (JsonParser parser = JSON.createParser(json)) {
            return new KeyList(parser).document();
        } catch (IOException e) {
            throw refusal("the body is not the JSON that is expected");
        }
    }

    private List<ItemKey> document() throws IOException {
        require(parser.nextToken() == JsonToken.START_OBJECT);
        List<ItemKey> keys = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            require(parser.currentToken() == JsonToken.FIELD_NAME);
            boolean isKeys = parser.currentName().equals("keys");
            parser.nextToken();
            if (isKeys) {
                keys = array();
            } else {
                parser.skipChildren();
            }
        }
        require(parser.nextToken() == null);
        if (keys == null) {
            throw refusal("there is no \"keys\"");
        }
        return keys;
    }

    private List<ItemKey> array() throws IOException {
        require(parser.currentToken() == JsonToken.START_ARRAY);
        List<ItemKey> keys = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (keys.size() == ArtefactService.MAX_KEYS) {
                throw refusal("more than " + ArtefactService.MAX_KEYS + " keys");
            }
            keys.add(key());
        }
        return keys;
    }

    private ItemKey key() throws IOException {
        require(parser.currentToken() == JsonToken.START_OBJECT);
        String kind = null;
        String digest = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            require(parser.currentToken() == JsonToken.FIELD_NAME);
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                case "kind" -> kind = text(value);
                case "digest" -> digest = text(value);
                default -> parser.skipChildren();
            }
        }
        if (kind == null || digest == null) {
            throw refusal("a key needs kind and digest");
        }
        return new ItemKey(kind(kind), Digest.parse(digest));
    }

    /** Most batches are of one kind. */
    private Kind kind(String name) {
        Kind known = last;
        if (known == null || !known.value().equals(name)) {
            known = new Kind(name);
            last = known;
        }
        return known;
    }

    private String text(@Nullable JsonToken value) throws IOException {
        require(value == JsonToken.VALUE_STRING);
        return parser.getText();
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw refusal("the body is not the JSON that is expected");
        }
    }

    private static SurfaceException refusal(String message) {
        return new SurfaceException(
                ErrorCode.INVALID_ARGUMENT,
                message,
                "{\"keys\":[{\"kind\":\"…\",\"digest\":\"sha256:…\"}]}, up to 1,000");
    }
}
