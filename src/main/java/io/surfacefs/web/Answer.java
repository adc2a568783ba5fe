package io.surfacefs.web;

import io.quarkus.qute.TemplateInstance;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a request is answered.
 *
 * @param location where to go on instead, or null
 */
record Answer(
        int status, String type, byte[] body, @Nullable String location) {
    private static final String HTML = "text/html; charset=utf-8";

    /** A page. */
    static Answer page(int status, TemplateInstance page) {
        return new Answer(status, HTML, page.render().getBytes(StandardCharsets.UTF_8), null);
    }

    /** The same for programs. */
    static Answer text(int status, String text) {
        return new Answer(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8), null);
    }

    /** The way to another page; the path is one of this service. */
    static Answer elsewhere(String path) {
        return new Answer(303, HTML, new byte[0], path);
    }
}
