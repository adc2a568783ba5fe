package io.surfacefs.it;

import static io.surfacefs.it.BadInputs.BAD_MANIFEST;
import static io.surfacefs.it.BadInputs.BASE;
import static io.surfacefs.it.BadInputs.DIGEST;
import static io.surfacefs.it.BadInputs.INVALID;
import static io.surfacefs.it.BadInputs.JSON;
import static io.surfacefs.it.BadInputs.MANIFEST;
import static io.surfacefs.it.BadInputs.OTHER;
import static io.surfacefs.it.BadInputs.json;
import static io.surfacefs.it.BadInputs.key;
import static io.surfacefs.it.BadInputs.keys;
import static io.surfacefs.it.BadInputs.scan;

import com.github.luben.zstd.Zstd;
import io.surfacefs.it.BadInputs.Row;
import io.surfacefs.it.RawHttp.Request;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/** Bad requests by the JSON in them: key lists and manifests. */
final class BadJson {
    private BadJson() {}

    static Stream<Row> keyLists() {
        String path = BASE + "manifests:batchGet";
        String one = key(DIGEST);
        return Stream.of(
                new Row(
                        "no JSON",
                        INVALID,
                        Request.of("POST", path, "keys", JSON),
                        Request.of("POST", path, "{\"keys\":[]}", JSON)),
                new Row(
                        "nothing",
                        INVALID,
                        Request.of("POST", path, "", JSON),
                        Request.of("POST", path, "{\"keys\":[]}", JSON)),
                new Row(
                        "no keys",
                        INVALID,
                        Request.of("POST", path, "{\"key\":[]}", JSON),
                        Request.of("POST", path, "{\"keys\":[],\"key\":[]}", JSON)),
                new Row(
                        "too many keys",
                        INVALID,
                        keys((one + ",").repeat(1000) + one),
                        keys((one + ",").repeat(999) + one)),
                new Row("one malformed key", INVALID, keys(one + "," + key("sha256:12")), keys(one + "," + key(OTHER))),
                new Row("a key without a kind", INVALID, keys("{\"digest\":\"" + DIGEST + "\"}"), keys(one)),
                new Row(
                        "a member twice",
                        INVALID,
                        Request.of("POST", path, "{\"keys\":[],\"keys\":[]}", JSON),
                        Request.of("POST", path, "{\"keys\":[],\"Keys\":[]}", JSON)),
                new Row(
                        "something behind",
                        INVALID,
                        Request.of("POST", path, "{\"keys\":[]}{}", JSON),
                        Request.of("POST", path, "{\"keys\":[]} \n", JSON)),
                new Row(
                        "too deep",
                        INVALID,
                        Request.of("POST", path, "{\"a\":" + "[".repeat(500) + "]".repeat(500) + ",\"keys\":[]}", JSON),
                        Request.of("POST", path, "{\"a\":[[[]]],\"keys\":[]}", JSON)),
                new Row(
                        "another alphabet",
                        INVALID,
                        Request.of("POST", path, "{\"keys\":[]}".getBytes(StandardCharsets.UTF_16LE), JSON),
                        Request.of("POST", path, "{\"keys\":[]}", JSON)),
                new Row(
                        "a body too long",
                        INVALID,
                        Request.of("POST", path, "{\"keys\":[]" + " ".repeat(2 << 20) + "}", JSON),
                        Request.of("POST", path, "{\"keys\":[]" + " ".repeat(1 << 19) + "}", JSON)),
                new Row(
                        "a form of a browser",
                        "415 INVALID_ARGUMENT",
                        Request.of(
                                "POST",
                                BASE + "artefacts:prefetch",
                                "{\"keys\":[]}",
                                "Content-Type: application/x-www-form-urlencoded"),
                        Request.of("POST", BASE + "artefacts:prefetch", "{\"keys\":[]}", JSON)),
                new Row(
                        "keys in zstd",
                        "415 INVALID_ARGUMENT",
                        Request.of(
                                "POST",
                                path,
                                Zstd.compress("{\"keys\":[]}".getBytes(StandardCharsets.UTF_8)),
                                JSON,
                                "Content-Encoding: zstd"),
                        Request.of("POST", path, "{\"keys\":[]}", JSON)));
    }

    private static Row manifest(String what, String expected, String bad, String good) {
        return new Row(
                what,
                expected,
                Request.of("PUT", MANIFEST, json(bad), JSON),
                Request.of("PUT", MANIFEST, json(good), JSON));
    }

    static Stream<Row> manifests() {
        String deep = "[".repeat(63) + "]".repeat(63);
        byte[] latin = json("\"a\":\"\u00e4\"").getBytes(StandardCharsets.ISO_8859_1);
        return Stream.of(
                manifest("a manifest that is no JSON", BAD_MANIFEST, "{", ""),
                manifest("a manifest with something behind", BAD_MANIFEST, json("") + "x", json("") + "\n"),
                manifest("a manifest with a member twice", BAD_MANIFEST, "\"a\":1,\"a\":1", "\"a\":1,\"A\":1"),
                manifest("a manifest too deep", BAD_MANIFEST, "\"a\":[" + deep + "]", "\"a\":" + deep),
                manifest(
                        "a manifest with a lone surrogate",
                        BAD_MANIFEST,
                        "\"a\":\"\\ud800\"",
                        "\"a\":\"\\ud800\\udc00\""),
                manifest(
                        "a manifest with a number too large",
                        BAD_MANIFEST,
                        "\"a\":9007199254740992",
                        "\"a\":9007199254740991"),
                manifest("a manifest with a number that is none", BAD_MANIFEST, "\"a\":NaN", "\"a\":0"),
                manifest(
                        "a manifest too long",
                        BAD_MANIFEST,
                        "\"a\":\"" + "x".repeat(1 << 20) + "\"",
                        "\"a\":\"" + "x".repeat(1 << 10) + "\""),
                manifest("a manifest far too long", BAD_MANIFEST, "\"a\":\"" + "x".repeat(4 << 20) + "\"", ""),
                manifest("a manifest of both shapes", BAD_MANIFEST, "\"artifacts\":[]", "\"artefacts\":[]"),
                manifest("a manifest of neither shape", BAD_MANIFEST, "{}", ""),
                manifest(
                        "a manifest of another kind",
                        BAD_MANIFEST,
                        "{\"kind\":\"k2\",\"digest\":\"" + DIGEST + "\"}",
                        ""),
                manifest(
                        "a manifest of another digest",
                        BAD_MANIFEST,
                        "{\"kind\":\"k\",\"digest\":\"" + OTHER + "\"}",
                        ""),
                manifest(
                        "a manifest of another tenant",
                        "403 TENANT_MISMATCH",
                        "\"tenant\":\"evil\"",
                        "\"tenant\":\"acme\""),
                manifest(
                        "a manifest of another schema",
                        BAD_MANIFEST,
                        "\"schema\":\"x\"",
                        "\"schema\":\"stellaops.surface.manifest@1\""),
                manifest("a source that is a word", BAD_MANIFEST, "\"source\":\"x\"", "\"source\":{}"),
                manifest(
                        "an expiry that is a number",
                        BAD_MANIFEST,
                        "\"expiresAt\":1",
                        "\"expiresAt\":\"2099-01-01T00:00:00Z\""),
                new Row(
                        "a manifest that isn't UTF-8",
                        BAD_MANIFEST,
                        Request.of("PUT", MANIFEST, latin, JSON),
                        Request.of("PUT", MANIFEST, json("\"a\":\"\u00e4\""), JSON)),
                new Row(
                        "a manifest in another type",
                        "415 INVALID_ARGUMENT",
                        Request.of("PUT", MANIFEST, json(""), "Content-Type: text/yaml"),
                        Request.of("PUT", MANIFEST, json(""), JSON)),
                new Row(
                        "a manifest in zstd",
                        "415 INVALID_ARGUMENT",
                        Request.of(
                                "PUT",
                                MANIFEST,
                                Zstd.compress(json("").getBytes(StandardCharsets.UTF_8)),
                                JSON,
                                "Content-Encoding: zstd"),
                        Request.of("PUT", MANIFEST, json(""), JSON)),
                new Row(
                        "a manifest with another digest of its bytes",
                        "422 DIGEST_MISMATCH",
                        Request.of(
                                "PUT", MANIFEST, json(""), JSON, "Content-Digest: sha-256=:" + "A".repeat(43) + "=:"),
                        Request.of("PUT", MANIFEST, json(""), JSON)),
                new Row(
                        "a manifest without a payload",
                        "422 PAYLOAD_MISSING",
                        Request.of(
                                "PUT",
                                BASE + "manifests/k/" + OTHER,
                                "{\"kind\":\"k\",\"digest\":\"" + OTHER + "\"}",
                                JSON),
                        Request.of("PUT", MANIFEST, json(""), JSON)),
                new Row("a scan manifest that is none", BAD_MANIFEST, scan(json("")), scan("{\"artifacts\":[]}")),
                new Row(
                        "a scan manifest of another scan",
                        BAD_MANIFEST,
                        scan("{\"artifacts\":[],\"scanId\":\"s-2\"}"),
                        scan("{\"artifacts\":[],\"scanId\":\"s-1\"}")),
                new Row(
                        "a scan manifest of another tenant",
                        "403 TENANT_MISMATCH",
                        scan("{\"artifacts\":[],\"tenant\":\"evil\"}"),
                        scan("{\"artifacts\":[],\"tenant\":\"acme\"}")),
                new Row(
                        "a scan manifest with a broken artefact",
                        BAD_MANIFEST,
                        scan("{\"artifacts\":[{}]}"),
                        scan("{\"artifacts\":[{\"kind\":\"k\",\"uri\":\"cas://b/x\",\"digest\":\"" + DIGEST
                                + "\",\"mediaType\":\"a/b\",\"format\":\"f\",\"sizeBytes\":1}]}")),
                new Row(
                        "a scan manifest under another digest",
                        "422 DIGEST_MISMATCH",
                        Request.of("PUT", BASE + "manifests/surface.manifest/" + OTHER, "{\"artifacts\":[]}", JSON),
                        scan("{\"artifacts\":[]}")));
    }
}
