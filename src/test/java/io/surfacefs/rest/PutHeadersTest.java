package io.surfacefs.rest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Representation;
import io.surfacefs.model.SurfaceException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the header of a put says: digests, lifetimes, encodings. */
class PutHeadersTest {
    private static final byte[] SHA_256 = new byte[32];
    private static final byte[] SHA_512 = new byte[64];
    private static final String D256 = "sha-256=:" + Base64.getEncoder().encodeToString(SHA_256) + ":";
    private static final String D512 = "sha-512=:" + Base64.getEncoder().encodeToString(SHA_512) + ":";

    @Test
    void digestsAreReadByAlgorithmAndUnknownOnesPassedOver() {
        assertEquals(Map.of(), DigestField.parse(List.of()));
        Map<String, byte[]> both = DigestField.parse(List.of(D256 + " , md5=:AAAA:;a;b=1,\t" + D512));
        assertEquals(Set.of("sha-256", "sha-512"), both.keySet());
        assertArrayEquals(SHA_256, both.get("sha-256"));
        assertArrayEquals(SHA_512, both.get("sha-512"));
        assertEquals(
                Set.of("sha-256", "sha-512"),
                DigestField.parse(List.of(D256, D512)).keySet());
        assertEquals(Map.of(), DigestField.parse(List.of("unixsum=::")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "sha-256",
                "sha-256=",
                "sha-256=:",
                "sha-256=::",
                "sha-256=:AAAA:",
                "sha-256=AAAA",
                "sha-256=\"AAAA\"",
                "sha-256=:!!!!:",
                "SHA-256=:AAAA:",
                "md5=:AAAA:,",
                ",md5=:AAAA:",
                "md5=:AAAA: sha=:AAAA:",
                "md5=:AAAA:;",
                "md5=:AAAA:;a=",
                "md5=:AAAA:x",
                "sha-256:AAAA",
            })
    void aMalformedDigestIsRefused(String header) {
        SurfaceException refusal = assertThrows(SurfaceException.class, () -> DigestField.parse(List.of(header)));
        assertEquals(ErrorCode.INVALID_ARGUMENT, refusal.code());
    }

    @Test
    void whatWasReadIsComparedWithWhatWasDeclared() throws IOException {
        byte[] sha = Base64.getDecoder().decode("LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564=");
        SentDigests right = new SentDigests(
                new ByteArrayInputStream("foo".getBytes(java.nio.charset.StandardCharsets.US_ASCII)),
                Map.of("sha-256", sha));
        assertEquals('f', right.read());
        right.readAllBytes();
        right.check();
        SentDigests wrong = new SentDigests(new ByteArrayInputStream(new byte[3]), Map.of("sha-256", sha));
        wrong.readAllBytes();
        assertEquals(
                ErrorCode.DIGEST_MISMATCH,
                assertThrows(SurfaceException.class, wrong::check).code());
    }

    @ParameterizedTest
    @CsvSource({
        "P7D,P7D",
        "PT1S,PT1S",
        "PT0.5S,PT0.5S",
        "'PT0,25S',PT0.25S",
        "PT36H,PT36H",
        "P1DT1H1M1S,PT25H1M1S",
        "P2W,P14D",
        "P1M,P28D",
        "P1Y,P365D",
    })
    void aLifetimeIsAnIsoDuration(String text, Duration expected) {
        assertEquals(expected, IsoDuration.parsePositive(text, OffsetDateTime.parse("2025-02-01T00:00:00Z")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "P",
                "PT",
                "P1DT",
                "PT0S",
                "P0D",
                "-P1D",
                "P-1D",
                "+P1D",
                "p7d",
                "P7",
                "7D",
                "P7D ",
                "P1.5D",
                "PT1.S",
                "P1D1Y",
                "PT1S1H",
                "P9999Y",
                "P999999999D",
                "P9999999999D",
                "PT9999999999H",
                "7d",
                "P1H"
            })
    void aLifetimeThatIsNotPositiveOrMalformedIsRefused(String text) {
        SurfaceException refusal = assertThrows(
                SurfaceException.class,
                () -> IsoDuration.parsePositive(text, OffsetDateTime.parse("2025-02-01T00:00:00Z")));
        assertEquals(ErrorCode.INVALID_ARGUMENT, refusal.code());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|IDENTITY",
                "identity|IDENTITY",
                "zstd|ZSTD",
                "ZSTD, identity|ZSTD",
                "gzip|415",
                "zstd, gzip|415",
                "zstd, zstd|415",
                "zstd;q=1|415",
            })
    void onlyZstdOnceIsTaken(String header, String expected) {
        assertEquals(expected, encoding(List.of(header)));
    }

    @Test
    void theEncodingMayStandOnSeveralLinesOrNone() {
        assertEquals("IDENTITY", encoding(List.of()));
        assertEquals("415", encoding(List.of("zstd", "zstd")));
    }

    private static String encoding(List<String> headers) {
        try {
            Representation encoding = UploadEncoding.parse(headers);
            return encoding.name();
        } catch (HttpRefusal e) {
            return Integer.toString(e.status());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json|true",
                "Application/JSON; charset=UTF-8|true",
                "application/vnd.x+json|true",
                "application/json; charset=utf-16|false",
                "text/json|false",
                "application/x-www-form-urlencoded|false",
                "application/jsonp|false",
                "''|false",
            })
    void aJsonBodySaysSoOrNothing(String contentType, boolean taken) {
        if (taken) {
            JsonBody.requireJson(contentType);
        } else {
            assertThrows(HttpRefusal.class, () -> JsonBody.requireJson(contentType));
        }
    }
}
