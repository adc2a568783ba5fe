package io.surfacefs.it;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * An OIDC issuer on loopback, as far as a service that takes bearer tokens asks for one: its metadata and its keys. It
 * signs whatever claims a test likes by RS256, and its keys can be replaced. Thread-safe.
 */
public final class Issuer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

    private record Key(String id, KeyPair pair) {}

    private final HttpServer server;
    private final AtomicInteger keyRequests = new AtomicInteger();
    private volatile Key key = newKey("key-1");

    /** Starts an issuer on a free port. */
    public Issuer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/.well-known/openid-configuration", exchange -> answer(exchange, metadata()));
        server.createContext("/keys", exchange -> {
            keyRequests.incrementAndGet();
            answer(exchange, keys());
        });
        server.start();
    }

    /** Its address, and the {@code iss} of its tokens. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** How often its keys were asked for. */
    public int keyRequests() {
        return keyRequests.get();
    }

    /** Replaces the only key by another one; tokens by the old one are no longer good. */
    public void rotate() {
        key = newKey("key-" + System.nanoTime());
    }

    /** The members that a good token needs, for the audience {@code surface-fs}, good for five minutes. */
    public Map<String, Object> claims(String subject) {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", url());
        claims.put("sub", subject);
        claims.put("aud", "surface-fs");
        claims.put("iat", Instant.now().getEpochSecond());
        claims.put("exp", Instant.now().getEpochSecond() + 300);
        return claims;
    }

    /** A token of a subject for one tenant, with scopes separated by blanks. */
    public String token(String tenant, String scopes) {
        Map<String, Object> claims = claims("scanner-of-" + tenant);
        claims.put("tenant", tenant);
        claims.put("scope", scopes);
        return sign(claims);
    }

    /** A token that says just this. */
    public String sign(Map<String, Object> claims) {
        Key with = key;
        return sign(Map.of("alg", "RS256", "typ", "JWT", "kid", with.id()), claims, with.pair());
    }

    /** A token that says it is by this issuer's key but isn't. */
    public String forge(Map<String, Object> claims) {
        return sign(
                Map.of("alg", "RS256", "typ", "JWT", "kid", key.id()),
                claims,
                newKey("other").pair());
    }

    /** A token whose signature is a MAC with the open key as its secret (a verifier must not mix the two up). */
    public String signedByOpenKey(Map<String, Object> claims) {
        String signed = part(Map.of("alg", "HS256", "typ", "JWT", "kid", key.id())) + "." + part(claims);
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.pair().getPublic().getEncoded(), "HmacSHA256"));
            return signed + "." + URL.encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A token without a signature, which says so. */
    public String unsigned(Map<String, Object> claims) {
        return part(Map.of("alg", "none", "typ", "JWT")) + "." + part(claims) + ".";
    }

    private static String sign(Map<String, Object> header, Map<String, Object> claims, KeyPair pair) {
        String signed = part(header) + "." + part(claims);
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(pair.getPrivate());
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + URL.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String part(Map<String, Object> members) {
        try {
            return URL.encodeToString(JSON.writeValueAsBytes(members));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static Key newKey(String id) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return new Key(id, generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Map<String, Object> metadata() {
        return Map.of(
                "issuer", url(),
                "jwks_uri", url() + "/keys",
                "token_endpoint", url() + "/token",
                "authorization_endpoint", url() + "/authorize");
    }

    private Map<String, Object> keys() {
        Key now = key;
        RSAPublicKey open = (RSAPublicKey) now.pair().getPublic();
        return Map.of(
                "keys",
                List.of(Map.of(
                        "kty",
                        "RSA",
                        "use",
                        "sig",
                        "alg",
                        "RS256",
                        "kid",
                        now.id(),
                        "n",
                        URL.encodeToString(unsigned(open.getModulus().toByteArray())),
                        "e",
                        URL.encodeToString(open.getPublicExponent().toByteArray()))));
    }

    private static byte[] unsigned(byte[] number) {
        return number[0] == 0 ? java.util.Arrays.copyOfRange(number, 1, number.length) : number;
    }

    private static void answer(HttpExchange exchange, Map<String, Object> json) throws IOException {
        byte[] body = JSON.writeValueAsBytes(json);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
