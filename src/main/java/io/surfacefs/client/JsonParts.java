package io.surfacefs.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes answers apart without touching a byte of what is in them, since the digests of manifests hang on the bytes. */
final class JsonParts {
    private static final JsonFactory JSON = new JsonFactory();

    private JsonParts() {}

    /** What an answer's own members are. */
    record Answer(Map<String, String> scalars, Map<String, byte[]> objects, Map<String, List<byte[]>> arrays) {
        /** A member that must be there. */
        byte[] object(String name) {
            byte[] object = objects.get(name);
            if (object == null) {
                throw malformed(null);
            }
            return object;
        }
    }

    /**
     * Takes an object apart: scalars as text, objects and the objects in arrays as they stand.
     *
     * @throws SurfaceException {@code INTERNAL} when it is no object
     */
    static Answer read(byte[] json) {
        Answer answer = new Answer(new HashMap<>(), new HashMap<>(), new HashMap<>());
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw malformed(null);
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                switch (parser.nextToken()) {
                    case START_OBJECT -> answer.objects.put(name, slice(parser, json));
                    case START_ARRAY -> answer.arrays.put(name, elements(parser, json));
                    case VALUE_NULL -> {}
                    default -> answer.scalars.put(name, parser.getText());
                }
            }
        } catch (IOException e) {
            throw malformed(e);
        }
        return answer;
    }

    private static List<byte[]> elements(JsonParser parser, byte[] json) throws IOException {
        List<byte[]> elements = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token == JsonToken.START_OBJECT) {
                elements.add(slice(parser, json));
            } else {
                parser.skipChildren();
            }
        }
        return elements;
    }

    private static byte[] slice(JsonParser parser, byte[] json) throws IOException {
        int from = Math.toIntExact(parser.currentTokenLocation().getByteOffset());
        parser.skipChildren();
        int to = Math.toIntExact(parser.currentLocation().getByteOffset());
        return Arrays.copyOfRange(json, from, to);
    }

    private static SurfaceException malformed(@Nullable IOException cause) {
        return new SurfaceException(
                ErrorCode.INTERNAL, "the service's answer is not what was expected", "is this a Surface.FS?", cause);
    }
}
