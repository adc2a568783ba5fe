package io.surfacefs.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.grpc.v1.ArtefactManifest;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.Source;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.Tenant;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswersTest {
    private static final Digest DIGEST = new Digest("ab".repeat(32));

    private static ArtefactManifest answer(String json) {
        ManifestCodec codec = new ManifestCodec(1 << 20);
        return Answers.manifest(codec.fill(
                codec.parse(json.getBytes(UTF_8)),
                new ArtefactKey(new Tenant("acme"), new Kind("k"), DIGEST),
                Source.NONE,
                null,
                new StoredPayload(MediaType.OCTET_STREAM, 5, 14, new Digest("cd".repeat(32)), true),
                Instant.EPOCH));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"ü}\"}]}", "{}"})
    void theSignatureIsTheOneOfTheManifestAndOfNothingElse(String envelope) {
        ArtefactManifest answer = answer("{\"a\":{\"integrity\":{\"signature\":{\"x\":1}}},\"kind\":\"k\","
                + "\"b\":\"\\\"integrity\\\"\",\"integrity\":{\"signature\":" + envelope + "}}");
        assertEquals(envelope, answer.getIntegrity().getSignature());
        assertFalse(answer("{\"kind\":\"k\",\"a\":{\"integrity\":{\"signature\":{\"x\":1}}}}")
                .getIntegrity()
                .hasSignature());
    }

    @Test
    void whatIsNotSaidIsNotThere() {
        ArtefactManifest answer = answer("{\"kind\":\"k\"}");
        assertFalse(answer.hasExpiresAt());
        assertFalse(answer.getSource().hasScanId());
        assertEquals("1970-01-01T00:00:00Z", answer.getCreatedAt());
        assertEquals("application/octet-stream+zstd", answer.getStorage().getContentType());
        assertEquals(14, answer.getStorage().getSizeBytes());
        assertEquals(5, answer.getStorage().getRawSizeBytes());
        assertEquals(
                "tenants/acme/k/sha256/ab/ab/" + DIGEST.hex() + "/payload.json.zst",
                answer.getStorage().getObjectKey());
    }
}
