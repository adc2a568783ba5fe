package io.surfacefs.rest;

import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.Source;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Timestamp;
import io.surfacefs.service.PutRequest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the header of a put says of an artefact. Of repeated images and scans the first is the source; all are indexed.
 *
 * @param expiresAt from {@code Surface-Expires-At}
 * @param ttl from {@code Surface-Ttl}; only one of the two
 */
record PutHeaders(
        Source source,
        Set<Digest> images,
        Set<ScanId> scans,
        @Nullable Timestamp expiresAt,
        @Nullable Duration ttl) {
    /** @throws SurfaceException {@code INVALID_ARGUMENT} for whatever isn't as it should be */
    static PutHeaders of(Exchange exchange) {
        Set<Digest> images = new LinkedHashSet<>();
        exchange.headers("Surface-Image-Digest").forEach(text -> images.add(Digest.parse(text)));
        Set<ScanId> scans = new LinkedHashSet<>();
        exchange.headers("Surface-Scan-Id").forEach(text -> scans.add(new ScanId(text)));
        String build = exchange.header("Surface-Scanner-Build");
        String expiresAt = exchange.header("Surface-Expires-At");
        String ttl = exchange.header("Surface-Ttl");
        if (expiresAt != null && ttl != null) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "both Surface-Expires-At and Surface-Ttl were sent",
                    "send one of them");
        }
        Source source = new Source(
                build == null ? null : text(build),
                images.isEmpty() ? null : images.iterator().next(),
                scans.isEmpty() ? null : scans.iterator().next());
        return new PutHeaders(
                source,
                images,
                scans,
                expiresAt == null ? null : new Timestamp(expiresAt),
                ttl == null ? null : IsoDuration.parsePositive(ttl, OffsetDateTime.now(ZoneOffset.UTC)));
    }

    /** The same in the service's words. */
    PutRequest request(
            Kind kind, @Nullable Digest digest, @Nullable MediaType contentType, byte @Nullable [] manifest) {
        return new PutRequest(kind, digest, contentType, source, images, scans, expiresAt, ttl, manifest);
    }

    /** Header bytes arrive as Latin-1 characters; what they mean beyond ASCII is UTF-8 or nothing. */
    private static String text(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new SurfaceException(ErrorCode.INVALID_ARGUMENT, "Surface-Scanner-Build is not UTF-8");
        }
    }
}
