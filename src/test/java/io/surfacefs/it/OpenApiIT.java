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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

    @Test
    void theDocumentComesInTheFormThatIsAskedFor() throws IOException {
        try (SurfaceProcess server = SurfaceProcess.start(folder.resolve("home"));
                Rest rest = new Rest(server)) {
            String json = rest.send("GET", "/q/openapi?format=json", null).text();
            assertTrue(json.startsWith("{"), json);
            assertEquals(json, rest.send("GET", "/q/openapi.json", null).text());
            String yaml = rest.send("GET", "/q/openapi", null).text();
            assertTrue(yaml.startsWith("---"), yaml);
            assertEquals(yaml, rest.send("GET", "/q/openapi.yaml", null).text());
            assertEquals("", rest.send("HEAD", "/q/openapi", null).text());
        }
    }

    @Test
    void everyPathRefusesWhatItDoesNotTakeAndNamesWhatItTakes() throws IOException {
        Map<String, Set<String>> taken = new TreeMap<>();
        for (String route : routes()) {
            String[] parts = route.split(" ", 2);
            taken.computeIfAbsent(parts[1], path -> new TreeSet<>(Set.of("OPTIONS")))
                    .add(parts[0]);
        }
        try (SurfaceProcess server = SurfaceProcess.start(folder.resolve("home"))) {
            RawHttp http = new RawHttp(server);
            for (Map.Entry<String, Set<String>> path : taken.entrySet()) {
                if (path.getValue().contains("GET")) {
                    path.getValue().add("HEAD");
                }
                String allow = String.join(", ", path.getValue());
                String target = path.getKey().replaceAll("\\{[a-zA-Z]+}", "x");
                for (String method : List.of("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "FROB", "get")) {
                    if (!path.getValue().contains(method)) {
                        RawHttp.Answer refused = http.send(Request.of(method, target, new byte[0]));
                        assertEquals("405 " + allow, refused.status() + " " + refused.field("allow"), method + target);
                    }
                }
                RawHttp.Answer options = http.send(Request.get(target).method("OPTIONS"));
                assertEquals("204 " + allow, options.status() + " " + options.field("allow"), target);
            }
            Request nowhere = Request.get("/api/v1/nowhere").method("OPTIONS");
            assertEquals("404 NOT_FOUND", http.send(nowhere).summary());
            assertEquals(404, http.send(Request.get("*").method("OPTIONS")).status());
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
