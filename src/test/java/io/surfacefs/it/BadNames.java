package io.surfacefs.it;

import static io.surfacefs.it.BadInputs.BASE;
import static io.surfacefs.it.BadInputs.DIGEST;
import static io.surfacefs.it.BadInputs.ENTRY;
import static io.surfacefs.it.BadInputs.HEX;
import static io.surfacefs.it.BadInputs.INVALID;
import static io.surfacefs.it.BadInputs.MANIFEST;
import static io.surfacefs.it.BadInputs.OTHER;
import static io.surfacefs.it.BadInputs.PAYLOAD;
import static io.surfacefs.it.BadInputs.POINTER;
import static io.surfacefs.it.BadInputs.SCAN;
import static io.surfacefs.it.BadInputs.get;
import static io.surfacefs.it.BadInputs.keys;
import static io.surfacefs.it.BadInputs.token;

import io.surfacefs.it.BadInputs.Row;
import io.surfacefs.it.RawHttp.Request;
import java.util.Locale;
import java.util.stream.Stream;

/** Bad requests by their paths: names that are none, traversal, routes that aren't there, queries. */
final class BadNames {
    private BadNames() {}

    static Stream<Row> names() {
        String longName = "a".repeat(64);
        return Stream.of(
                get("a tenant in capitals", INVALID, "/api/v1/tenants/ACME/manifests", BASE + "manifests"),
                get("a tenant of one star", INVALID, "/api/v1/tenants/*/manifests", BASE + "manifests"),
                get("a tenant with a dot first", INVALID, "/api/v1/tenants/.acme/manifests", BASE + "manifests"),
                get(
                        "a tenant too long",
                        INVALID,
                        "/api/v1/tenants/" + longName + "a/manifests",
                        "/api/v1/tenants/" + longName + "/manifests"),
                get("a tenant that isn't ASCII", INVALID, "/api/v1/tenants/acm%C3%A9/manifests", BASE + "manifests"),
                get("a kind in capitals", INVALID, BASE + "payloads/K/" + DIGEST, PAYLOAD),
                get("a kind with a hyphen last", INVALID, BASE + "manifests/k-/" + DIGEST, MANIFEST),
                get("a kind with a blank", INVALID, BASE + "manifests/k%20/" + DIGEST, MANIFEST),
                get("a digest of another algorithm", INVALID, BASE + "payloads/k/sha512:" + HEX + HEX, PAYLOAD),
                get(
                        "a digest in capitals",
                        INVALID,
                        BASE + "payloads/k/sha256:" + HEX.toUpperCase(Locale.ROOT),
                        PAYLOAD),
                get("a digest too short", INVALID, PAYLOAD.substring(0, PAYLOAD.length() - 1), PAYLOAD),
                get("a digest too long", INVALID, PAYLOAD + "0", PAYLOAD),
                get("a digest without its algorithm", INVALID, BASE + "payloads/k/" + HEX, PAYLOAD),
                get("a scan with a dot first", INVALID, BASE + "scans/.s/manifest", SCAN),
                get("a scan with a blank", INVALID, BASE + "scans/s%201/surface", BASE + "scans/s-1/surface"),
                get("a scan too long", INVALID, BASE + "scans/" + "s".repeat(129) + "/manifest", SCAN),
                get("a namespace with a slash", INVALID, BASE + "cache/n%2Fs/" + HEX, ENTRY),
                get("a cache key with an algorithm", INVALID, BASE + "cache/ns/" + DIGEST, ENTRY),
                get("a path that climbs", INVALID, BASE + "manifests/../manifests", BASE + "manifests"),
                get("a path that climbs in disguise", INVALID, BASE + "manifests/%2e%2E/manifests", BASE + "manifests"),
                get("a kind that climbs", INVALID, BASE + "payloads/..%2f..%2fk/" + DIGEST, PAYLOAD),
                get("a path with a dot", INVALID, BASE + "./manifests", BASE + "manifests"),
                get("a path with a backslash", INVALID, BASE + "payloads/k%5c/" + DIGEST, PAYLOAD),
                get("a path with a zero", INVALID, BASE + "payloads/k%00/" + DIGEST, PAYLOAD),
                get("a path with an empty segment", INVALID, BASE + "/manifests", BASE + "manifests"),
                get("a malformed escape", INVALID, BASE + "payloads/%zz/" + DIGEST, BASE + "payloads/%6b/" + DIGEST));
    }

    static Stream<Row> routes() {
        byte[] none = new byte[0];
        return Stream.of(
                get("an unknown route", "404 NOT_FOUND", BASE + "blobs", BASE + "manifests"),
                get("another version", "404 NOT_FOUND", "/api/v2/tenants/acme/manifests", BASE + "manifests"),
                get("nothing beside the API", "404 NOT_FOUND", "/nothing", BASE + "manifests"),
                get("an unknown operation", "404 NOT_FOUND", "/api/v1/admin/explode", BASE + "manifests"),
                get("an unknown manifest", "404 NOT_FOUND", BASE + "manifests/k/" + OTHER, MANIFEST),
                get("an unknown payload", "404 NOT_FOUND", BASE + "payloads/k/" + OTHER, PAYLOAD),
                get("another tenant's manifest", "404 NOT_FOUND", MANIFEST.replace("acme", "evil"), MANIFEST),
                get(
                        "a scan manifest's payload",
                        "404 NOT_FOUND",
                        BASE + "payloads/surface.manifest/" + DIGEST,
                        PAYLOAD),
                get("an unknown scan", "404 NOT_FOUND", BASE + "scans/s-2/manifest", SCAN),
                get("an unknown cache entry", "404 NOT_FOUND", BASE + "cache/ns/" + "0".repeat(64), ENTRY),
                new Row(
                        "a payload to delete",
                        "405 INVALID_ARGUMENT",
                        Request.of("DELETE", PAYLOAD, none),
                        Request.get(PAYLOAD)),
                new Row(
                        "a list to post",
                        "405 INVALID_ARGUMENT",
                        Request.of("POST", BASE + "manifests", none),
                        Request.get(MANIFEST)),
                new Row(
                        "a payload to patch",
                        "405 INVALID_ARGUMENT",
                        Request.of("PATCH", PAYLOAD, none),
                        Request.get(PAYLOAD)),
                new Row(
                        "a batch to get",
                        "405 INVALID_ARGUMENT",
                        Request.get(BASE + "manifests:findMissing"),
                        keys("")),
                new Row(
                        "a method nobody knows",
                        "405 INVALID_ARGUMENT",
                        Request.get(MANIFEST).method("FROB"),
                        Request.get(MANIFEST)),
                new Row(
                        "a manifest that must be kept",
                        "403 RETENTION_FORBIDS",
                        Request.of("DELETE", MANIFEST, none),
                        Request.get(MANIFEST)),
                new Row(
                        "an unknown manifest to delete",
                        "404 NOT_FOUND",
                        Request.of("DELETE", BASE + "manifests/k/" + OTHER, none),
                        Request.get(MANIFEST)),
                new Row(
                        "a cache entry twice deleted",
                        "404 NOT_FOUND",
                        Request.of("DELETE", BASE + "cache/ns/" + "0".repeat(64), none),
                        Request.get(ENTRY)));
    }

    static Stream<Row> queries(BadInputs inputs) {
        String list = BASE + "manifests?";
        return Stream.of(
                get("a page of none", INVALID, list + "page_size=0", list + "page_size=1"),
                get("a page too large", INVALID, list + "page_size=501", list + "page_size=500"),
                get("a page of less than none", INVALID, list + "page_size=-1", list + "page_size=1"),
                get("a page of a word", INVALID, list + "page_size=ten", list + "page_size=10"),
                get(
                        "a token that we never gave",
                        INVALID,
                        list + "page_token=bm90IGEgdG9rZW4",
                        list + "page_token=" + inputs.tokenOfAllKinds),
                get(
                        "a token of other filters",
                        INVALID,
                        list + "kind=k&page_token=" + inputs.tokenOfAllKinds,
                        list + "page_size=7&page_token=" + inputs.tokenOfAllKinds),
                get(
                        "a token of another tenant",
                        INVALID,
                        list + "page_token=" + inputs.tokenOfAnotherTenant,
                        list + "page_token=" + inputs.tokenOfAllKinds),
                get(
                        "a token with a letter changed",
                        INVALID,
                        list + "page_token=" + flipped(inputs.tokenOfAllKinds),
                        list + "page_token=" + inputs.tokenOfAllKinds),
                get("a malformed kind to list", INVALID, list + "kind=K", list + "kind=k"),
                get("a malformed image to list", INVALID, list + "image_digest=x", list + "image_digest=" + OTHER),
                get("a malformed scan to list", INVALID, list + "scan_id=%2F", list + "scan_id=a%40b"),
                get("two kinds to list", INVALID, list + "kind=k&kind=k2", list + "kind=k"),
                get("a malformed escape in the query", INVALID, list + "kind=%k", list + "kind=%6b"),
                get("a query that isn't UTF-8", INVALID, list + "kind=%ff", list + "kind="),
                get("no pointer", INVALID, BASE + "objects", BASE + "objects?" + POINTER),
                get(
                        "a pointer of another scheme",
                        INVALID,
                        BASE + "objects?" + POINTER.replace("cas:", "http:"),
                        BASE + "objects?" + POINTER),
                get(
                        "a pointer to a cache entry",
                        INVALID,
                        BASE + "objects?uri=cas://b/cache/ns/acme/" + HEX.substring(0, 2) + "/" + HEX + ".zst",
                        BASE + "objects?" + POINTER),
                get(
                        "a pointer whose folders lie",
                        INVALID,
                        BASE + "objects?" + POINTER.replaceFirst("sha256/../", "sha256/zz/"),
                        BASE + "objects?" + POINTER),
                get(
                        "another tenant's pointer",
                        "403 PERMISSION_DENIED",
                        BASE + "objects?" + POINTER.replace("acme", "umbrella"),
                        BASE + "objects?" + POINTER),
                new Row(
                        "a flag that is neither",
                        INVALID,
                        Request.of("POST", "/api/v1/admin/gc?dry_run=maybe", new byte[0]),
                        Request.of("POST", "/api/v1/admin/gc?dry_run=true", new byte[0])));
    }

    private static String flipped(String token) {
        char last = token.charAt(token.length() / 2);
        return token.substring(0, token.length() / 2)
                + (last == 'A' ? 'B' : 'A')
                + token.substring(token.length() / 2 + 1);
    }
}
