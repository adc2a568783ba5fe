package io.surfacefs.web;

import io.quarkus.qute.Engine;
import io.quarkus.qute.Expression;
import io.quarkus.qute.RawString;
import io.quarkus.qute.ResultMapper;
import io.quarkus.qute.TemplateInstance;
import io.quarkus.qute.TemplateLocator;
import io.quarkus.qute.TemplateNode;
import io.quarkus.qute.Variant;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The pages' templates, parsed when they are first asked for, and their one style sheet. Whatever a template names is
 * escaped; only {@link RawString}s, which are made in this room alone, are not. Thread-safe.
 */
final class Templates {
    private final String css = resource("page.css");
    private final String policy = "default-src 'none'; style-src 'sha256-" + hash(css)
            + "'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    private @Nullable Engine engine;

    /** A template to be filled; {@code name} without its ending. */
    TemplateInstance page(String name) {
        return engine().getTemplate(name).data("css", new RawString(css));
    }

    /** Not made before a page is, on whose thread there is time for it. */
    private synchronized Engine engine() {
        Engine made = engine;
        if (made == null) {
            made = Engine.builder()
                    .addDefaults()
                    .addLocator(new Resources())
                    .addResultMapper(new Escaping())
                    .removeStandaloneLines(true)
                    .build();
            engine = made;
        }
        return made;
    }

    /**
     * What a browser may do with a page: nothing but show it, with this one style sheet, and send its forms here. It
     * runs no script and loads nothing.
     */
    String contentSecurityPolicy() {
        return policy;
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = Templates.class.getResourceAsStream("/web/" + name)) {
            if (in == null) {
                throw new IllegalStateException("web/" + name + " is not in this build");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Escaping implements ResultMapper {
        @Override
        public int getPriority() {
            return DEFAULT_PRIORITY + 1;
        }

        @Override
        public boolean appliesTo(TemplateNode.Origin origin, Object result) {
            return !(result instanceof RawString);
        }

        @Override
        public String map(Object result, Expression expression) {
            return Html.escape(result.toString());
        }
    }

    private static final class Resources implements TemplateLocator {
        @Override
        public Optional<TemplateLocation> locate(String id) {
            String text = resource(id + ".html");
            return Optional.of(new TemplateLocation() {
                @Override
                public Reader read() {
                    return new StringReader(text);
                }

                @Override
                public Optional<Variant> getVariant() {
                    return Optional.of(Variant.forContentType(Variant.TEXT_HTML));
                }
            });
        }
    }
}
