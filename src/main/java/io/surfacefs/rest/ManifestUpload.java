package io.surfacefs.rest;

import io.surfacefs.access.TenantAccess;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.service.ArtefactService;
import io.surfacefs.service.ItemKey;
import io.surfacefs.service.ReceivedPayload;
import io.surfacefs.service.Upload;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Takes in the parts {@code manifest} and {@code payload} of a form, in any order; the payload is streamed. */
final class ManifestUpload {
    private final Exchange exchange;
    private final ArtefactService artefacts;
    private final TenantAccess access;
    private final ItemKey key;
    private byte @Nullable [] manifest;
    private @Nullable ReceivedPayload payload;
    private @Nullable MediaType contentType;

    ManifestUpload(Exchange exchange, ArtefactService artefacts, TenantAccess access, ItemKey key) {
        this.exchange = exchange;
        this.artefacts = artefacts;
        this.access = access;
        this.key = key;
    }

    /** Reads the whole form and puts it. */
    ArtefactService.PutResult put(String formType, PutHeaders headers) throws IOException {
        UploadEncoding.requireIdentity(exchange.headers("Content-Encoding"));
        SentDigests body = new SentDigests(exchange.body(), DigestField.parse(exchange.headers("Content-Digest")));
        Multipart form = new Multipart(body, Multipart.boundary(formType));
        try {
            for (Multipart.Part part = form.next(); part != null; part = form.next()) {
                take(part);
            }
            body.check();
            if (manifest == null || payload == null) {
                throw refusal("a form has the parts manifest and payload");
            }
            return artefacts.put(access, headers.request(key.kind(), key.digest(), contentType, manifest), payload);
        } finally {
            if (payload != null) {
                payload.close();
            }
        }
    }

    private void take(Multipart.Part part) throws IOException {
        switch (part.name()) {
            case "manifest" -> {
                if (manifest != null) {
                    throw refusal("there is more than one part manifest");
                }
                String type = part.header("Content-Type");
                // What command lines say of a file that they don't know.
                if (type != null && !type.equals("application/octet-stream") && !type.startsWith("text/plain")) {
                    JsonBody.requireJson(type);
                }
                UploadEncoding.requireIdentity(part.headers("Content-Encoding"));
                manifest = JsonBody.read(part.body(), artefacts.maxManifestBytes(), ErrorCode.INVALID_MANIFEST);
            }
            case "payload" -> {
                if (payload != null) {
                    throw refusal("there is more than one part payload");
                }
                String type = part.header("Content-Type");
                contentType = type == null ? null : new MediaType(type);
                payload = artefacts.receive(
                        access,
                        new Upload(
                                key.kind(),
                                key.digest(),
                                contentType,
                                UploadEncoding.parse(part.headers("Content-Encoding")),
                                DigestField.parse(part.headers("Content-Digest")),
                                part.body()));
            }
            default -> throw refusal("a part is neither manifest nor payload");
        }
    }

    private static SurfaceException refusal(String message) {
        return new SurfaceException(
                ErrorCode.INVALID_ARGUMENT, message, "multipart/form-data with manifest and payload");
    }
}
