package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.surfacefs.it.RawHttp.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the tables of bad requests are made of: rows, lawful requests, and a store that holds what these ask for. */
final class BadInputs {
    /**
     * One row.
     *
     * @param expected status and code; a status alone where HTTP refuses before there is a body to speak of
     */
    record Row(String what, String expected, Request bad, Request good) {
        /** Whether the answer carries a problem document. */
        boolean hasProblem() {
            return expected.indexOf(' ') > 0;
        }

        @Override
        public String toString() {
            return what;
        }
    }

    static final String INVALID = "400 INVALID_ARGUMENT";
    static final String BAD_MANIFEST = "400 INVALID_MANIFEST";
    static final String MALFORMED = "422 MALFORMED_ENCODING";
    static final String JSON = "Content-Type: application/json";
    static final byte[] CONTENT = "what a scanner found\n".repeat(500).getBytes(StandardCharsets.UTF_8);
    static final String DIGEST = Rest.digest(CONTENT);
    static final String HEX = DIGEST.substring("sha256:".length());
    static final String OTHER = "sha256:" + "0".repeat(64);
    static final String BASE = "/api/v1/tenants/acme/";
    static final String MANIFEST = BASE + "manifests/k/" + DIGEST;
    static final String PAYLOAD = BASE + "payloads/k/" + DIGEST;
    static final String ENTRY = BASE + "cache/ns/" + HEX;
    static final String SCAN = BASE + "scans/s-1/manifest";
    static final String POINTER = "uri=cas://b/tenants/acme/k/sha256/" + HEX.substring(0, 2) + "/" + HEX.substring(2, 4)
            + "/" + HEX + "/payload.json.zst";

    final String tokenOfAllKinds;
    final String tokenOfAnotherTenant;

    /** Stores what the twins ask for. */
    BadInputs(RawHttp http) throws IOException {
        for (String tenant : new String[] {"acme", "umbrella"}) {
            for (String kind : new String[] {"k", "k2", "k3"}) {
                String path = "/api/v1/tenants/" + tenant + "/artefacts/" + kind;
                assertEquals(201, http.send(Request.of("POST", path, CONTENT)).status());
            }
        }
        assertEquals(204, http.send(Request.of("PUT", ENTRY, CONTENT)).status());
        assertEquals(201, http.send(scan("{\"artifacts\":[]}")).status());
        tokenOfAllKinds = token(http, "acme");
        tokenOfAnotherTenant = token(http, "umbrella");
    }

    /** Whether lists have more than a page, so that there are tokens to spoil. */
    boolean holdsWhatIsAskedFor() {
        return !tokenOfAllKinds.isEmpty() && !tokenOfAnotherTenant.isEmpty();
    }

    static String token(RawHttp http, String tenant) throws IOException {
        String page = http.send(Request.get("/api/v1/tenants/" + tenant + "/manifests?page_size=1"))
                .text();
        Matcher token = Pattern.compile("\"nextPageToken\":\"([^\"]+)\"").matcher(page);
        if (!token.find()) {
            throw new AssertionError("no second page: " + page);
        }
        return token.group(1);
    }

    static Row get(String what, String expected, String bad, String good) {
        return new Row(what, expected, Request.get(bad), Request.get(good));
    }

    /** A put in one shot with a header that is wrong, or right. */
    static Row put(String what, String expected, String bad, String good) {
        return new Row(what, expected, shot(CONTENT, lines(bad)), shot(CONTENT, lines(good)));
    }

    static String[] lines(String text) {
        return text.isEmpty() ? new String[0] : text.split("\n");
    }

    static Request shot(byte[] body, String... headers) {
        return Request.of("POST", BASE + "artefacts/k", body, headers);
    }

    static Request scan(String json) {
        return Request.of("PUT", SCAN, json, JSON);
    }

    static String key(String digest) {
        return "{\"kind\":\"k\",\"digest\":\"" + digest + "\"}";
    }

    static Request keys(String keys) {
        return Request.of("POST", BASE + "manifests:findMissing", "{\"keys\":[" + keys + "]}", JSON);
    }

    static String json(String members) {
        return members.startsWith("{")
                ? members
                : "{\"kind\":\"k\",\"digest\":\"" + DIGEST + "\"" + (members.isEmpty() ? "" : "," + members) + "}";
    }

    static final String MANIFEST_PART = part("manifest", "Content-Type: application/json\r\n", json(""));
    static final String PAYLOAD_PART = part("payload", "", new String(CONTENT, StandardCharsets.US_ASCII));

    static String part(String name, String headers, String body) {
        return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n" + headers + "\r\n" + body + "\r\n";
    }

    static Request form(String body, String... headers) {
        String[] all = Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = "Content-Type: multipart/form-data; boundary=b";
        return Request.of("PUT", MANIFEST, body, all);
    }

    static String chunked() {
        return Integer.toHexString(CONTENT.length) + "\r\n" + new String(CONTENT, StandardCharsets.US_ASCII)
                + "\r\n0\r\n\r\n";
    }

    static Request chunkedPut() {
        return Request.of("PUT", PAYLOAD, chunked(), "Transfer-Encoding: chunked");
    }

    static Request shotPut() {
        return shot(CONTENT);
    }

    static Request payloadPut() {
        return Request.of("PUT", PAYLOAD, CONTENT);
    }

    static Request manifestPut() {
        return Request.of("PUT", MANIFEST, json(""), JSON);
    }

    static Request formPut() {
        return form(MANIFEST_PART + PAYLOAD_PART + "--b--\r\n");
    }

    static byte[] hash(String algorithm, byte[] bytes) {
        try {
            return MessageDigest.getInstance(algorithm).digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
