package io.surfacefs.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import org.jspecify.annotations.Nullable;

/** Writes the one JSON document of a command. */
final class Json {
    private static final JsonFactory FACTORY = new JsonFactory()
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
            .disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT); // what broke off must not look whole

    /** Writes members of an object. */
    @FunctionalInterface
    interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    private Json() {}

    static JsonGenerator generator(Writer target) throws IOException {
        return FACTORY.createGenerator(target);
    }

    /** An object on one line, with a line break behind it. */
    static void object(Writer target, Body body) throws IOException {
        try (JsonGenerator json = generator(target)) {
            json.writeStartObject();
            body.write(json);
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    static String object(Body body) {
        StringWriter text = new StringWriter();
        try {
            object(text, body);
        } catch (IOException e) {
            throw new IllegalStateException("a string can't fail", e);
        }
        return text.toString();
    }

    /** A member that is left out where there is nothing to say. */
    static void optional(JsonGenerator json, String name, @Nullable String value) throws IOException {
        if (value != null) {
            json.writeStringField(name, value);
        }
    }

    /** A member whose value is JSON already. */
    static void raw(JsonGenerator json, String name, String value) throws IOException {
        json.writeFieldName(name);
        json.writeRawValue(value);
    }
}
