package io.surfacefs.rest;

import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.service.Upload;
import org.jspecify.annotations.Nullable;

/** Says of a raw request body what the service has to know of an upload. */
final class Uploads {
    private Uploads() {}

    /** @throws HttpRefusal 415 for an encoding, or a form where a payload is meant to come alone */
    static Upload raw(Exchange exchange, @Nullable Kind kind, @Nullable Digest declared) {
        String contentType = exchange.header("Content-Type");
        if (Multipart.is(contentType)) {
            throw new HttpRefusal(
                    415, "a form was sent where the payload alone is expected", "send the payload as the body");
        }
        return new Upload(
                kind,
                declared,
                contentType == null ? null : new MediaType(contentType),
                UploadEncoding.parse(exchange.headers("Content-Encoding")),
                DigestField.parse(exchange.headers("Content-Digest")),
                exchange.body());
    }

    /** The kind of a route on which payloads come in, which scan manifests don't have. */
    static Kind payloadKind(String name) {
        Kind kind = new Kind(name);
        if (kind.isSurfaceManifest()) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "the kind surface.manifest is reserved for scan manifests, which have no payload");
        }
        return kind;
    }
}
