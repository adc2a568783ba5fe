package io.surfacefs.it;

import io.surfacefs.it.Estate.Item;
import io.surfacefs.it.RawHttp.Request;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Every operation below a tenant's path, about an item. */
enum RestOps {
    GET_MANIFEST,
    HEAD_MANIFEST,
    GET_PAYLOAD,
    HEAD_PAYLOAD,
    LIST,
    FIND_MISSING,
    BATCH_GET,
    PREFETCH,
    GET_SCAN,
    GET_SURFACE,
    GET_POINTED_PAYLOAD,
    GET_POINTED_MANIFEST,
    HEAD_POINTED,
    GET_ENTRY,
    HEAD_ENTRY,
    PUT_SHOT,
    PUT_MANIFEST,
    PUT_PAYLOAD,
    PUT_FORM,
    PUT_SCAN,
    PUT_ENTRY,
    DELETE_MANIFEST,
    DELETE_ENTRY;

    static final String JSON = "Content-Type: application/json";
    private static final List<RestOps> ALL = List.of(values());

    static RestOps any(Random random) {
        return Spellings.pick(random, ALL);
    }

    /** Whether an answer that it is done carries the item's word. */
    boolean shows() {
        return switch (this) {
            case GET_MANIFEST,
                    GET_PAYLOAD,
                    HEAD_PAYLOAD,
                    LIST,
                    BATCH_GET,
                    GET_SCAN,
                    GET_SURFACE,
                    GET_POINTED_PAYLOAD,
                    GET_POINTED_MANIFEST,
                    HEAD_POINTED,
                    GET_ENTRY,
                    PUT_SHOT,
                    PUT_MANIFEST,
                    PUT_FORM,
                    PUT_SCAN -> true;
            default -> false;
        };
    }

    /** Whether it removes what a twin needs, so that a twin puts first. */
    boolean deletes() {
        return this == DELETE_MANIFEST || this == DELETE_ENTRY;
    }

    /**
     * The operation as a request.
     *
     * @param tenant as it is to stand in the path
     * @param item what it is about, whoever owns it
     */
    Request request(String tenant, Item item, List<String> headers) {
        String base = Estate.base(tenant);
        String manifest = base + "manifests/" + item.kind() + "/" + item.digest();
        String payload = base + "payloads/" + item.kind() + "/" + item.digest();
        String entry = base + "cache/" + item.kind() + "/" + item.hex();
        String scan = base + "scans/" + item.scan();
        String keys = "{\"keys\":[{\"kind\":\"" + item.kind() + "\",\"digest\":\"" + item.digest() + "\"}]}";
        return switch (this) {
            case GET_MANIFEST -> of("GET", manifest, headers);
            case HEAD_MANIFEST -> of("HEAD", manifest, headers);
            case GET_PAYLOAD -> of("GET", payload, headers);
            case HEAD_PAYLOAD -> of("HEAD", payload, headers);
            case LIST -> of("GET", base + "manifests?scan_id=" + item.scan() + "&kind=" + item.kind(), headers);
            case FIND_MISSING -> json("POST", base + "manifests:findMissing", keys, headers);
            case BATCH_GET -> json("POST", base + "manifests:batchGet", keys, headers);
            case PREFETCH -> json("POST", base + "artefacts:prefetch", keys, headers);
            case GET_SCAN -> of("GET", scan + "/manifest", headers);
            case GET_SURFACE -> of("GET", scan + "/surface", headers);
            case GET_POINTED_PAYLOAD -> of("GET", pointed(base, "cas://b/" + item.payloadName()), headers);
            case GET_POINTED_MANIFEST -> of("GET", pointed(base, "cas://b/" + item.manifestName()), headers);
            case HEAD_POINTED -> of("HEAD", pointed(base, "cas://b/" + item.payloadName()), headers);
            case GET_ENTRY -> of("GET", entry, headers);
            case HEAD_ENTRY -> of("HEAD", entry, headers);
            case PUT_SHOT -> body("POST", base + "artefacts/" + item.kind(), item.content(), headers, describes(item));
            case PUT_MANIFEST -> json("PUT", manifest, item.manifest(null), headers);
            case PUT_PAYLOAD -> body("PUT", payload, item.content(), headers);
            case PUT_FORM -> form(manifest, item.manifest(null), item.content(), headers);
            case PUT_SCAN -> json("PUT", scan + "/manifest", item.scanManifest(), headers);
            case PUT_ENTRY -> body("PUT", entry, item.content(), headers, "Content-Type: text/" + item.word());
            case DELETE_MANIFEST -> of("DELETE", manifest, headers);
            case DELETE_ENTRY -> of("DELETE", entry, headers);
        };
    }

    private static String describes(Item item) {
        return "Surface-Scanner-Build: " + item.word();
    }

    static String pointed(String base, String uri) {
        return base + "objects?uri=" + URLEncoder.encode(uri, StandardCharsets.UTF_8);
    }

    static Request form(String target, String manifest, byte[] payload, List<String> headers) {
        String form = BadInputs.part("manifest", JSON + "\r\n", manifest)
                + BadInputs.part("payload", "", new String(payload, StandardCharsets.US_ASCII)) + "--b--\r\n";
        return body(
                "PUT",
                target,
                form.getBytes(StandardCharsets.UTF_8),
                headers,
                "Content-Type: multipart/form-data; boundary=b");
    }

    static Request of(String method, String target, List<String> headers) {
        byte[] body = method.equals("POST") || method.equals("PUT") ? new byte[0] : null;
        return new Request(method, target, headers, body);
    }

    static Request json(String method, String target, String json, List<String> headers) {
        return body(method, target, json.getBytes(StandardCharsets.UTF_8), headers, JSON);
    }

    static Request body(String method, String target, byte[] body, List<String> headers, String... more) {
        List<String> all = new ArrayList<>(headers);
        all.addAll(List.of(more));
        return new Request(method, target, all, body);
    }
}
