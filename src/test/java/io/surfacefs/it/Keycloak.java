package io.surfacefs.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/**
 * A real Keycloak that {@code .ci/oidc} started and named in the environment: realms like the one in
 * {@code keycloak/realm.json}, their tokens and their keys. Thread-safe.
 */
final class Keycloak implements AutoCloseable {
    /** How long any answer may take on a loaded machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private final Queue<String> issued = new ConcurrentLinkedQueue<>();
    private final String url = named("SURFACE_TEST_KEYCLOAK");
    private final String adminSecret = named("SURFACE_TEST_KEYCLOAK_ADMIN_SECRET");

    private static String named(String variable) {
        String value = System.getenv(variable);
        if (value == null) {
            throw new IllegalStateException("missing: " + variable + "; make test-oidc starts a Keycloak and sets it");
        }
        return value;
    }

    /** Every token that a realm gave so far. */
    Queue<String> issued() {
        return issued;
    }

    /** Makes a new realm of its own with the clients of {@code keycloak/realm.json}. */
    Realm realm(String name) {
        String unique = name + "-" + Long.toString(System.nanoTime(), Character.MAX_RADIX);
        try (InputStream in = Keycloak.class.getResourceAsStream("/keycloak/realm.json")) {
            ObjectNode realm = (ObjectNode) JSON.readTree(in);
            realm.put("realm", unique);
            admin("POST", "", realm);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Realm(unique);
    }

    /** One realm. */
    final class Realm {
        private final String name;

        private Realm(String name) {
            this.name = name;
        }

        /** The issuer of its tokens. */
        String url() {
            return url + "/realms/" + name;
        }

        /** A new token of one of its clients. */
        String token(String client) {
            String token = grant(name, client, "secret-of-" + client);
            issued.add(token);
            return token;
        }

        /** Begins to sign by a new key, and takes the one out by which tokens were signed until now. */
        void rotateKeys() {
            String components = "/" + name + "/components";
            String old = null;
            for (JsonNode component : admin("GET", components + "?type=org.keycloak.keys.KeyProvider", null)) {
                if (component.path("providerId").asText().equals("rsa-generated")) {
                    old = component.path("id").asText();
                }
            }
            ObjectNode next = JSON.createObjectNode()
                    .put("name", "next")
                    .put("providerId", "rsa-generated")
                    .put("providerType", "org.keycloak.keys.KeyProvider")
                    .put("parentId", admin("GET", "/" + name, null).path("id").asText());
            ObjectNode config = next.putObject("config");
            Map.of("priority", "200", "enabled", "true", "active", "true", "algorithm", "RS256")
                    .forEach((key, value) -> config.putArray(key).add(value));
            admin("POST", components, next);
            admin("DELETE", components + "/" + old, null);
        }
    }

    /** A member of a token's claims, as text. */
    static String claim(String token, String member) {
        return part(token, 1).path(member).asText();
    }

    /** The name of the key by which a token is signed. */
    static String key(String token) {
        return part(token, 0).path("kid").asText();
    }

    private static JsonNode part(String token, int index) {
        try {
            return JSON.readTree(Base64.getUrlDecoder().decode(token.split("\\.", -1)[index]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String grant(String realm, String client, String secret) {
        String form = Map.of("grant_type", "client_credentials", "client_id", client, "client_secret", secret)
                .entrySet()
                .stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        HttpRequest.Builder request = request("/realms/" + realm + "/protocol/openid-connect/token")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form));
        return send(request.build()).path("access_token").asText();
    }

    private JsonNode admin(String method, String path, JsonNode body) {
        HttpRequest.Builder request = request("/admin/realms" + path)
                .header("Authorization", "Bearer " + grant("master", "test-admin", adminSecret))
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body.toString()));
        return send(request.build());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path)).timeout(PATIENCE);
    }

    private JsonNode send(HttpRequest request) {
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() >= 300) {
                throw new IllegalStateException(request + " was answered " + answer.statusCode() + " " + answer.body());
            }
            return answer.body().isEmpty() ? JSON.nullNode() : JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException(e));
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
