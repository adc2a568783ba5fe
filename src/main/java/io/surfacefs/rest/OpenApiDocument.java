package io.surfacefs.rest;

import io.quarkus.smallrye.openapi.runtime.OpenApiConstants;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Gives the OpenAPI document as the build wrote it. Quarkus would read it, and write it in both forms, at every start:
 * a quarter of the time to the first answer, for the same bytes. Thread-safe.
 */
@Singleton
public final class OpenApiDocument {
    private static final String PATH = "/q/openapi";
    private static final String WRITTEN = "META-INF/quarkus-generated-openapi-doc.";

    /** Before Quarkus' own route, which has nothing to give. */
    private static final int FIRST = -1000;

    private enum Form {
        JSON("application/json;charset=UTF-8"),
        YAML("application/yaml;charset=UTF-8");

        private final String type;

        Form(String type) {
            this.type = type;
        }
    }

    /** Has no document, and all else that the application has. */
    private static final class Without extends ClassLoader {
        Without(ClassLoader parent) {
            super(parent);
        }

        @Override
        public @Nullable InputStream getResourceAsStream(String name) {
            return name.startsWith(WRITTEN) ? null : super.getResourceAsStream(name);
        }
    }

    /** Spares Quarkus its look at the document; to be called before the container starts. */
    public static void leaveUnread() {
        OpenApiConstants.classLoader = new Without(OpenApiDocument.class.getClassLoader());
    }

    void register(@Observes Router router) {
        for (String path : new String[] {PATH, PATH + ".json", PATH + ".yaml", PATH + ".yml"}) {
            router.route(path)
                    .order(FIRST)
                    .method(HttpMethod.GET)
                    .method(HttpMethod.HEAD)
                    .blockingHandler(OpenApiDocument::answer, false);
        }
    }

    private static void answer(RoutingContext context) {
        Form form = form(
                context.normalizedPath(),
                queryFormat(context),
                context.request().getHeader(HttpHeaders.ACCEPT));
        Buffer document = Buffer.buffer(read(form));
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, form.type)
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(document.length()));
        if (HttpMethod.HEAD.equals(context.request().method())) {
            context.response().end();
        } else {
            context.response().end(document);
        }
    }

    private static @Nullable String queryFormat(RoutingContext context) {
        try {
            return context.request().getParam("format");
        } catch (IllegalArgumentException e) {
            return null; // a query that can't be decoded asks for nothing
        }
    }

    /** What is asked for by the path, else by the query, else by the field; YAML where nothing is. */
    private static Form form(String path, @Nullable String format, @Nullable String accept) {
        String asked = path.startsWith(PATH + ".") ? path : format != null ? format : accept != null ? accept : "";
        return asked.toLowerCase(Locale.ROOT).contains("json") ? Form.JSON : Form.YAML;
    }

    private static byte[] read(Form form) {
        String name = WRITTEN + form;
        try (InputStream in = OpenApiDocument.class.getClassLoader().getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the build left no " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
