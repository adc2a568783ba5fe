package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.surfacefs.it.RawHttp.Request;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Namespace;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import jakarta.ws.rs.HttpMethod;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
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
            JsonNode document = document(rest);
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
    void everyNameIsDescribedAsTheModelTakesIt() throws IOException {
        Map<String, Consumer<String>> names = Map.ofEntries(
                Map.entry("tenant", Tenant::new),
                Map.entry("kind", Kind::new),
                Map.entry("namespace", Namespace::new),
                Map.entry("inputs", Digest::new),
                Map.entry("digest", Digest::parse),
                Map.entry("image_digest", Digest::parse),
                Map.entry("Surface-Image-Digest", Digest::parse),
                Map.entry("scanId", ScanId::new),
                Map.entry("scan_id", ScanId::new),
                Map.entry("Surface-Scan-Id", ScanId::new));
        List<String> values = values();
        Set<String> seen = new TreeSet<>();
        try (SurfaceProcess server = SurfaceProcess.start(folder.resolve("home"));
                Rest rest = new Rest(server)) {
            for (JsonNode parameter : document(rest).findValues("parameters").stream()
                    .flatMap(all -> StreamSupport.stream(all.spliterator(), false))
                    .toList()) {
                String name = parameter.at("/name").asText();
                Consumer<String> model = names.get(name);
                if (model == null) {
                    assertNotEquals("path", parameter.at("/in").asText(), name);
                    continue;
                }
                seen.add(name);
                assertEquals("string", parameter.at("/schema/type").asText(), name);
                Pattern pattern =
                        Pattern.compile(parameter.at("/schema/pattern").asText());
                int longest = parameter.at("/schema/maxLength").asInt();
                assertTrue(pattern.matcher(parameter.at("/example").asText()).find(), name);
                for (String value : values) {
                    boolean described = pattern.matcher(value).find() && value.length() <= longest;
                    assertEquals(isTaken(model, value), described, name + " " + value);
                }
                assertEquals(
                        longest,
                        values.stream()
                                .filter(value -> isTaken(model, value))
                                .mapToInt(String::length)
                                .max()
                                .orElseThrow());
            }
        }
        assertEquals(names.keySet(), seen);
    }

    private static JsonNode document(Rest rest) throws IOException {
        return new ObjectMapper()
                .readTree(rest.send("GET", "/q/openapi?format=json", null).body());
    }

    /** Names and what is none, of every length about the bounds. */
    private static List<String> values() {
        String hex = "0123456789abcdef".repeat(4);
        List<String> values = new ArrayList<>(List.of(
                "",
                hex,
                "sha256:" + hex,
                hex.toUpperCase(Locale.ROOT),
                "sha512:" + hex,
                "x" + hex,
                hex + "g",
                "/" + hex));
        Random random = new Random(7);
        String letters = "aZ9z._-:@+/% é";
        for (int i = 0; i < 5_000; i++) {
            StringBuilder value = new StringBuilder();
            for (int n = random.nextInt(4); n >= 0; n--) {
                value.append(letters.charAt(random.nextInt(letters.length())));
            }
            values.add(value.toString());
        }
        for (int length : new int[] {63, 64, 65, 127, 128, 129}) {
            values.add("a".repeat(length));
            values.add("A".repeat(length));
            values.add("a" + "-".repeat(length - 1));
        }
        return values;
    }

    private static boolean isTaken(Consumer<String> model, String value) {
        try {
            model.accept(value);
            return true;
        } catch (SurfaceException e) {
            return false;
        }
    }

    @Test
    void aCacheEntryComesAsTheTypeThatIsDescribed() throws IOException {
        String path = "/api/v1/tenants/acme/cache/entrytrace.graph/" + "0a".repeat(32);
        try (SurfaceProcess server = SurfaceProcess.start(folder.resolve("home"));
                Rest rest = new Rest(server)) {
            JsonNode described = document(rest)
                    .at("/paths")
                    .get("/api/v1/tenants/{tenant}/cache/{namespace}/{inputs}")
                    .at("/get/responses/200/content");
            byte[] value = "{}".getBytes(StandardCharsets.UTF_8);
            assertEquals(
                    204,
                    rest.send("PUT", path, value, "Content-Type", "application/json")
                            .status());
            Rest.Answer answer = rest.send("GET", path, null);
            assertEquals(
                    List.of(answer.headers().firstValue("Content-Type").orElse("")),
                    described.properties().stream().map(Map.Entry::getKey).toList());
            assertArrayEquals(value, answer.body());
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
