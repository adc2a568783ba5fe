package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.surfacefs.it.RawHttp.Request;
import jakarta.ws.rs.HttpMethod;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The OpenAPI document against the routes that there are. */
class OpenApiIT {
    private static final String PATH = "jakarta.ws.rs.Path";

    @TempDir
    Path folder;

    @Test
    void theDocumentDescribesEveryRouteWithAnExampleAndNoOther() throws IOException {
        try (SurfaceProcess server = SurfaceProcess.start(folder.resolve("home"));
                Rest rest = new Rest(server)) {
            JsonNode document = new ObjectMapper()
                    .readTree(rest.send("GET", "/q/openapi?format=json", null).body());
            Set<String> described = new TreeSet<>();
            for (Map.Entry<String, JsonNode> path : document.at("/paths").properties()) {
                for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                    described.add(method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey());
                    String operation = method.getValue().toString();
                    assertTrue(operation.contains("\"example"), path.getKey() + " has no example");
                    assertTrue(operation.contains("#/components/responses/Problem"), path.getKey() + " has no problem");
                    assertFalse(method.getValue().at("/summary").asText().isEmpty(), path.getKey() + " has no summary");
                }
            }
            assertEquals(routes(), described);
            RawHttp http = new RawHttp(server);
            for (String route : described) {
                assertTrue(isAnswered(http, route), route);
            }
        }
    }

    /** The routes by the annotations of the resources. */
    private static Set<String> routes() {
        Set<String> routes = new TreeSet<>();
        for (JavaClass resource : new ClassFileImporter().importPackages("io.surfacefs.rest")) {
            if (!resource.isAnnotatedWith(PATH)) {
                continue;
            }
            String base = value(resource.getAnnotationOfType(PATH).get("value").orElseThrow());
            for (JavaMethod method : resource.getMethods()) {
                method.getAnnotations().stream()
                        .filter(a -> a.getRawType().isMetaAnnotatedWith(HttpMethod.class)
                                || a.getRawType().isAnnotatedWith(HttpMethod.class))
                        .forEach(a -> routes.add(a.getRawType().getSimpleName() + " " + base
                                + (method.isAnnotatedWith(PATH)
                                        ? value(method.getAnnotationOfType(PATH)
                                                .get("value")
                                                .orElseThrow())
                                        : "")));
            }
        }
        return routes;
    }

    private static String value(Object value) {
        return value.toString();
    }

    /** A route that is there never answers that it isn't, nor that it takes another method. */
    private static boolean isAnswered(RawHttp http, String route) throws IOException {
        String[] parts = route.split(" ", 2);
        String target = parts[1].replaceAll("\\{[a-zA-Z]+}", "x");
        RawHttp.Answer answer = http.send(Request.of(parts[0], target, new byte[0]));
        return answer.status() != 405 && !answer.text().contains("no such route");
    }
}
