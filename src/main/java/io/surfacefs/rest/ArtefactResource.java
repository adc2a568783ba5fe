package io.surfacefs.rest;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.surfacefs.access.Access;
import io.surfacefs.access.Right;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.model.Kind;
import io.surfacefs.service.ArtefactService;
import io.surfacefs.service.ReceivedPayload;
import io.surfacefs.service.Upload;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import java.io.IOException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** A put in one shot: the payload as the body, what is said of it in the header. */
@Path("/api/v1/tenants/{tenant}/artefacts/{kind}")
@RunOnVirtualThread
@Tag(name = "artefacts")
public final class ArtefactResource {
    private final Access access;
    private final ArtefactService artefacts;

    ArtefactResource(Access access, ArtefactService artefacts) {
        this.access = access;
        this.artefacts = artefacts;
    }

    /** Puts an artefact; its digest is computed. */
    @POST
    @Operation(
            operationId = "putArtefact",
            summary = "Put an artefact in one shot",
            description = "Idempotent: the first writer wins and the answer shows what is stored.")
    @Parameter(
            name = "Surface-Image-Digest",
            in = ParameterIn.HEADER,
            example = Docs.IMAGE,
            description = "May be repeated: the first is the source, all are indexed",
            schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "Surface-Scan-Id",
            in = ParameterIn.HEADER,
            example = Docs.SCAN,
            description = "May be repeated: the first is the source, all are indexed",
            schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "Surface-Scanner-Build",
            in = ParameterIn.HEADER,
            example = "stellaops/scanner@sha256:dead",
            schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "Surface-Expires-At",
            in = ParameterIn.HEADER,
            example = "2030-11-05T12:00:00Z",
            schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "Surface-Ttl",
            in = ParameterIn.HEADER,
            example = "P7D",
            description = "ISO-8601 duration, instead of Surface-Expires-At",
            schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "Content-Digest",
            in = ParameterIn.HEADER,
            example = "sha-256=:LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564=:",
            description = "RFC 9530: of the bytes as sent",
            schema = @Schema(type = SchemaType.STRING))
    @RequestBody(
            description = "The payload as it is, or with Content-Encoding: zstd",
            content =
                    @Content(
                            mediaType = "*/*",
                            example = "foo",
                            schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @APIResponse(
            responseCode = "201",
            description = "Stored; Location is the manifest's path",
            content =
                    @Content(
                            mediaType = Docs.JSON,
                            examples = @ExampleObject(name = "manifest", value = Docs.MANIFEST)))
    @APIResponse(
            responseCode = "200",
            description = "Was known: what is stored",
            content =
                    @Content(
                            mediaType = Docs.JSON,
                            examples = @ExampleObject(name = "manifest", value = Docs.MANIFEST)))
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void put(
            @Context RoutingContext context,
            @Parameter(example = Docs.TENANT) @PathParam("tenant") String tenant,
            @Parameter(example = Docs.KIND) @PathParam("kind") String kind)
            throws IOException {
        Exchange exchange = Exchange.of(context);
        TenantAccess admitted = exchange.admit(access, tenant, Right.WRITE);
        Negotiation.json(exchange.headers("Accept"));
        Kind payloadKind = Uploads.payloadKind(kind);
        PutHeaders headers = PutHeaders.of(exchange);
        Upload upload = Uploads.raw(exchange, payloadKind, null);
        ArtefactService.PutResult result;
        try (ReceivedPayload received = artefacts.receive(admitted, upload)) {
            result = artefacts.put(admitted, headers.request(payloadKind, null, upload.contentType(), null), received);
        }
        PutAnswers.manifest(exchange, result);
    }
}
