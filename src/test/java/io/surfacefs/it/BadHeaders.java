package io.surfacefs.it;

import static io.surfacefs.it.BadInputs.CONTENT;
import static io.surfacefs.it.BadInputs.DIGEST;
import static io.surfacefs.it.BadInputs.ENTRY;
import static io.surfacefs.it.BadInputs.INVALID;
import static io.surfacefs.it.BadInputs.MANIFEST;
import static io.surfacefs.it.BadInputs.OTHER;
import static io.surfacefs.it.BadInputs.PAYLOAD;
import static io.surfacefs.it.BadInputs.chunked;
import static io.surfacefs.it.BadInputs.chunkedPut;
import static io.surfacefs.it.BadInputs.hash;
import static io.surfacefs.it.BadInputs.put;

import io.surfacefs.it.BadInputs.Row;
import io.surfacefs.it.RawHttp.Request;
import java.util.Base64;
import java.util.stream.Stream;

/** Bad requests by their header, and messages that aren't HTTP. */
final class BadHeaders {
    private BadHeaders() {}

    static Stream<Row> headers() {
        String right = Base64.getEncoder().encodeToString(hash("SHA-256", CONTENT));
        String right512 = Base64.getEncoder().encodeToString(hash("SHA-512", CONTENT));
        String wrong = Base64.getEncoder().encodeToString(new byte[32]);
        return Stream.of(
                new Row(
                        "an answer that isn't JSON",
                        "406 INVALID_ARGUMENT",
                        Request.get(MANIFEST, "Accept: text/html"),
                        Request.get(MANIFEST, "Accept: text/html, */*;q=0.1")),
                new Row(
                        "no encoding at all",
                        "406 INVALID_ARGUMENT",
                        Request.get(PAYLOAD, "Accept-Encoding: identity;q=0"),
                        Request.get(PAYLOAD, "Accept-Encoding: identity;q=0, zstd")),
                new Row(
                        "nothing but gzip",
                        "406 INVALID_ARGUMENT",
                        Request.get(ENTRY, "Accept-Encoding: gzip, *;q=0"),
                        Request.get(ENTRY, "Accept-Encoding: gzip")),
                new Row(
                        "a range behind the end",
                        "416 RANGE_NOT_SATISFIABLE",
                        Request.get(PAYLOAD, "Range: bytes=" + CONTENT.length + "-"),
                        Request.get(PAYLOAD, "Range: bytes=" + (CONTENT.length - 1) + "-")),
                new Row(
                        "a range of nothing",
                        "416 RANGE_NOT_SATISFIABLE",
                        Request.get(PAYLOAD, "Range: bytes=-0"),
                        Request.get(PAYLOAD, "Range: bytes=-1")),
                new Row(
                        "another tenant asserted",
                        "403 TENANT_MISMATCH",
                        Request.get(MANIFEST, "X-Stella-Tenant: evil"),
                        Request.get(MANIFEST, "X-Stella-Tenant: acme")),
                new Row(
                        "another tenant asserted by the other name",
                        "403 TENANT_MISMATCH",
                        Request.get(MANIFEST, "X-StellaOps-Tenant: evil"),
                        Request.get(MANIFEST, "X-StellaOps-Tenant: acme")),
                new Row(
                        "two tenants asserted",
                        "403 TENANT_MISMATCH",
                        Request.get(MANIFEST, "X-Stella-Tenant: acme", "X-StellaOps-Tenant: evil"),
                        Request.get(MANIFEST, "X-Stella-Tenant: acme", "X-StellaOps-Tenant: acme")),
                put(
                        "an encoding nobody decodes",
                        "415 INVALID_ARGUMENT",
                        "Content-Encoding: gzip",
                        "Content-Encoding: identity"),
                put("two encodings", "415 INVALID_ARGUMENT", "Content-Encoding: zstd, zstd", ""),
                put(
                        "a form where bytes belong",
                        "415 INVALID_ARGUMENT",
                        "Content-Type: multipart/form-data; boundary=b",
                        "Content-Type: text/plain"),
                put("no content type", INVALID, "Content-Type: json", "Content-Type: application/json"),
                put(
                        "a content type too long",
                        INVALID,
                        "Content-Type: a/" + "b".repeat(254),
                        "Content-Type: a/" + "b".repeat(253)),
                put("two content types", INVALID, "Content-Type: a/b\nContent-Type: a/c", "Content-Type: a/b"),
                put(
                        "half a digest of the bytes",
                        INVALID,
                        "Content-Digest: sha-256=:AAAA:",
                        "Content-Digest: sha-256=:" + right + ":"),
                put(
                        "a digest of the bytes without colons",
                        INVALID,
                        "Content-Digest: sha-256=" + right,
                        "Content-Digest: md5=:AAAA:"),
                put(
                        "another digest of the bytes",
                        "422 DIGEST_MISMATCH",
                        "Content-Digest: sha-256=:" + wrong + ":",
                        "Content-Digest: sha-256=:" + right + ":"),
                put(
                        "another long digest of the bytes",
                        "422 DIGEST_MISMATCH",
                        "Content-Digest: sha-256=:" + right + ":, sha-512=:" + "A".repeat(86) + "==:",
                        "Content-Digest: sha-512=:" + right512 + ":"),
                put("a lifetime of nothing", INVALID, "Surface-Ttl: PT0S", "Surface-Ttl: PT1S"),
                put("a negative lifetime", INVALID, "Surface-Ttl: -P1D", "Surface-Ttl: P1D"),
                put("a lifetime in another form", INVALID, "Surface-Ttl: 7d", "Surface-Ttl: P7D"),
                put("a lifetime beyond time", INVALID, "Surface-Ttl: P9000Y", "Surface-Ttl: P90Y"),
                put(
                        "lifetime and expiry",
                        INVALID,
                        "Surface-Ttl: P1D\nSurface-Expires-At: 2099-01-01T00:00:00Z",
                        "Surface-Expires-At: 2099-01-01T00:00:00Z"),
                put(
                        "an expiry with an offset",
                        INVALID,
                        "Surface-Expires-At: 2099-01-01T00:00:00+01:00",
                        "Surface-Expires-At: 2099-01-01T00:00:00.5Z"),
                put(
                        "an expiry that is no day",
                        INVALID,
                        "Surface-Expires-At: 2099-02-30T00:00:00Z",
                        "Surface-Expires-At: 2099-02-28T00:00:00Z"),
                put("a malformed image", INVALID, "Surface-Image-Digest: cafe", "Surface-Image-Digest: " + OTHER),
                put(
                        "a malformed second image",
                        INVALID,
                        "Surface-Image-Digest: " + OTHER + "\nSurface-Image-Digest: x",
                        "Surface-Image-Digest: " + OTHER + "\nSurface-Image-Digest: " + DIGEST),
                put("a malformed scan", INVALID, "Surface-Scan-Id: a b", "Surface-Scan-Id: a@b"),
                put(
                        "a scanner build too long",
                        INVALID,
                        "Surface-Scanner-Build: " + "b".repeat(513),
                        "Surface-Scanner-Build: " + "b".repeat(512)),
                put(
                        "two scanner builds",
                        INVALID,
                        "Surface-Scanner-Build: a\nSurface-Scanner-Build: b",
                        "Surface-Scanner-Build: a"),
                put(
                        "a scanner build that isn't UTF-8",
                        INVALID,
                        "Surface-Scanner-Build: \u00e4",
                        "Surface-Scanner-Build: \u00c3\u00a4"));
    }

    static Stream<Row> messages() {
        return Stream.of(
                new Row("no host", INVALID, Request.get(MANIFEST, "Host:"), Request.get(MANIFEST)),
                new Row(
                        "two lengths",
                        "400",
                        Request.of("PUT", PAYLOAD, CONTENT, "Content-Length: 5", "Content-Length: " + CONTENT.length),
                        Request.of("PUT", PAYLOAD, CONTENT)),
                new Row(
                        "a length that is none",
                        "400",
                        Request.of("PUT", PAYLOAD, CONTENT, "Content-Length: five"),
                        Request.of("PUT", PAYLOAD, CONTENT)),
                new Row(
                        "length and chunks",
                        "400",
                        Request.of("PUT", PAYLOAD, chunked(), "Content-Length: 5", "Transfer-Encoding: chunked"),
                        chunkedPut()),
                new Row(
                        "a line too long",
                        "414",
                        Request.get(MANIFEST + "?" + "x".repeat(20_000)),
                        Request.get(MANIFEST + "?" + "x".repeat(2_000))),
                new Row(
                        "a header too large",
                        "431",
                        Request.get(MANIFEST, "X: " + "x".repeat(100_000)),
                        Request.get(MANIFEST, "X: " + "x".repeat(1_000))),
                new Row(
                        "a chunk that has no size",
                        "cut",
                        Request.of("PUT", PAYLOAD, "zz\r\n", "Transfer-Encoding: chunked"),
                        chunkedPut()));
    }
}
