package io.surfacefs.it;

import static io.surfacefs.it.BadInputs.BASE;
import static io.surfacefs.it.BadInputs.CONTENT;
import static io.surfacefs.it.BadInputs.DIGEST;
import static io.surfacefs.it.BadInputs.ENTRY;
import static io.surfacefs.it.BadInputs.INVALID;
import static io.surfacefs.it.BadInputs.MALFORMED;
import static io.surfacefs.it.BadInputs.MANIFEST;
import static io.surfacefs.it.BadInputs.MANIFEST_PART;
import static io.surfacefs.it.BadInputs.PAYLOAD;
import static io.surfacefs.it.BadInputs.PAYLOAD_PART;
import static io.surfacefs.it.BadInputs.form;
import static io.surfacefs.it.BadInputs.hash;
import static io.surfacefs.it.BadInputs.json;
import static io.surfacefs.it.BadInputs.part;
import static io.surfacefs.it.BadInputs.shot;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import io.surfacefs.it.BadInputs.Row;
import io.surfacefs.it.RawHttp.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.stream.Stream;

/** Bad requests by their payloads and forms. */
final class BadPayloads {
    private BadPayloads() {}

    static Stream<Row> payloads() {
        byte[] zstd = Zstd.compress(CONTENT);
        byte[] flipped = CONTENT.clone();
        flipped[7] ^= 1;
        byte[] behind = Arrays.copyOf(zstd, zstd.length + 3);
        // A single-segment frame of no bytes that names a dictionary.
        byte[] dictionary = HexFormat.of().parseHex("28b52ffd210500010000");
        return Stream.of(
                new Row(
                        "a payload of another digest",
                        "422 DIGEST_MISMATCH",
                        Request.of("PUT", PAYLOAD, flipped),
                        Request.of("PUT", PAYLOAD, CONTENT)),
                new Row(
                        "a payload of a scan manifest",
                        INVALID,
                        Request.of("PUT", BASE + "payloads/surface.manifest/" + DIGEST, CONTENT),
                        Request.of("PUT", PAYLOAD, CONTENT)),
                new Row(
                        "an artefact of the reserved kind",
                        INVALID,
                        Request.of("POST", BASE + "artefacts/surface.manifest", CONTENT),
                        shot(CONTENT)),
                zstd("raw bytes called zstd", CONTENT, zstd),
                zstd("nothing called zstd", new byte[0], Zstd.compress(new byte[0])),
                zstd("half a frame", Arrays.copyOf(zstd, zstd.length / 2), zstd),
                zstd("garbage behind a frame", behind, zstd),
                zstd("a dictionary", dictionary, zstd),
                zstd("a window too large", window(24), window(20)),
                new Row(
                        "a bomb",
                        "413 PAYLOAD_TOO_LARGE",
                        shot(zeros(3L << 30), "Content-Encoding: zstd"),
                        shot(zeros(1L << 20), "Content-Encoding: zstd")),
                new Row(
                        "a cache entry in gzip",
                        "415 INVALID_ARGUMENT",
                        Request.of("PUT", ENTRY, CONTENT, "Content-Encoding: gzip"),
                        Request.of("PUT", ENTRY, CONTENT)),
                new Row(
                        "a cache entry that isn't zstd",
                        MALFORMED,
                        Request.of("PUT", ENTRY, CONTENT, "Content-Encoding: zstd"),
                        Request.of("PUT", ENTRY, zstd, "Content-Encoding: zstd")));
    }

    private static Row zstd(String what, byte[] bad, byte[] good) {
        return new Row(what, MALFORMED, shot(bad, "Content-Encoding: zstd"), shot(good, "Content-Encoding: zstd"));
    }

    private static byte[] window(int log) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZstdOutputStream zstd = new ZstdOutputStream(out)) {
            zstd.setLong(log);
            byte[] piece = new byte[1 << 20];
            for (int i = 0; i < 20; i++) {
                zstd.write(piece);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    private static byte[] zeros(long size) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZstdOutputStream zstd = new ZstdOutputStream(out, 1)) {
            byte[] piece = new byte[1 << 20];
            for (long left = size; left > 0; left -= piece.length) {
                zstd.write(piece);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    private static Row formRow(String what, String expected, String bad) {
        return new Row(what, expected, form(bad), form(PAYLOAD_PART + MANIFEST_PART + "--b--\r\n"));
    }

    static Stream<Row> forms() {
        String whole = MANIFEST_PART + PAYLOAD_PART + "--b--\r\n";
        return Stream.of(
                new Row(
                        "a form without a boundary",
                        INVALID,
                        Request.of("PUT", MANIFEST, whole, "Content-Type: multipart/form-data"),
                        form(whole)),
                new Row("a form in zstd", "415 INVALID_ARGUMENT", form(whole, "Content-Encoding: zstd"), form(whole)),
                new Row(
                        "a form with another digest of its bytes",
                        "422 DIGEST_MISMATCH",
                        form(whole, "Content-Digest: sha-256=:" + "A".repeat(43) + "=:"),
                        form(
                                whole,
                                "Content-Digest: sha-256=:"
                                        + Base64.getEncoder()
                                                .encodeToString(hash("SHA-256", whole.getBytes(StandardCharsets.UTF_8)))
                                        + ":")),
                formRow("an empty form", INVALID, ""),
                formRow("a form without a payload", INVALID, MANIFEST_PART + "--b--\r\n"),
                formRow("a form without a manifest", INVALID, PAYLOAD_PART + "--b--\r\n"),
                formRow("a form with two payloads", INVALID, PAYLOAD_PART + PAYLOAD_PART + MANIFEST_PART + "--b--\r\n"),
                formRow(
                        "a form with two manifests",
                        INVALID,
                        MANIFEST_PART + MANIFEST_PART + PAYLOAD_PART + "--b--\r\n"),
                formRow(
                        "a form with an unknown part",
                        INVALID,
                        MANIFEST_PART + part("more", "", "x") + PAYLOAD_PART + "--b--\r\n"),
                formRow("a form without an end", INVALID, MANIFEST_PART + PAYLOAD_PART),
                formRow("a part without a name", INVALID, "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n" + whole),
                formRow(
                        "a payload part in gzip",
                        "415 INVALID_ARGUMENT",
                        MANIFEST_PART + part("payload", "Content-Encoding: gzip\r\n", "x") + "--b--\r\n"),
                formRow(
                        "a payload part that isn't zstd",
                        MALFORMED,
                        MANIFEST_PART + part("payload", "Content-Encoding: zstd\r\n", "x") + "--b--\r\n"),
                formRow(
                        "a payload part of another digest",
                        "422 DIGEST_MISMATCH",
                        MANIFEST_PART + part("payload", "", "x") + "--b--\r\n"),
                formRow(
                        "a manifest part of another tenant",
                        "403 TENANT_MISMATCH",
                        part("manifest", "", json("\"tenant\":\"evil\"")) + PAYLOAD_PART + "--b--\r\n"));
    }
}
