package io.surfacefs.rest;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.surfacefs.access.Access;
import io.surfacefs.access.Right;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.service.ArtefactService;
import io.surfacefs.service.ItemKey;
import io.surfacefs.service.ReceivedPayload;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import java.io.IOException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** One payload: its own bytes, or the stored zstd frames for a client that asks for them. */
@Path("/api/v1/tenants/{tenant}/payloads/{kind}/{digest}")
@RunOnVirtualThread
@Tag(name = "artefacts")
public final class PayloadResource {
    private final Access access;
    private final ArtefactService artefacts;
    private final Reads reads;

    PayloadResource(Access access, ArtefactService artefacts, Reads reads) {
        this.access = access;
        this.artefacts = artefacts;
        this.reads = reads;
    }

    /** Gets a payload, or a range of it. */
    @GET
    @Operation(
            operationId = "getPayload",
            summary = "Get a payload",
            description = "Accept-Encoding: zstd gets the stored bytes untouched, otherwise they are decompressed.")
    @Parameter(
            name = "Range",
            in = ParameterIn.HEADER,
            example = "bytes=0-99",
            schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "Accept-Encoding",
            in = ParameterIn.HEADER,
            example = "zstd",
            schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "200",
            description = "The bytes, with the client's content type",
            content =
                    @Content(
                            mediaType = "*/*",
                            example = "{\"bomFormat\":\"CycloneDX\"}",
                            schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @APIResponse(responseCode = "206", description = "A single range of either representation")
    @APIResponse(responseCode = "304", description = "The client has it")
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void get(
            @Context RoutingContext context,
            @Parameter(example = Docs.TENANT) @PathParam("tenant") String tenant,
            @Parameter(example = Docs.KIND) @PathParam("kind") String kind,
            @Parameter(example = Docs.DIGEST) @PathParam("digest") String digest)
            throws IOException {
        Exchange exchange = Exchange.of(context);
        TenantAccess admitted = exchange.admit(access, tenant, Right.READ);
        reads.payload(exchange, admitted, new ItemKey(new Kind(kind), Digest.parse(digest)));
    }

    /** As {@link #get}, the header only. */
    @HEAD
    @Operation(operationId = "headPayload", summary = "Get a payload's header")
    @APIResponse(responseCode = "200", description = "The payload exists")
    @APIResponse(responseCode = "304", description = "The client has it")
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void head(
            @Context RoutingContext context,
            @Parameter(example = Docs.TENANT) @PathParam("tenant") String tenant,
            @Parameter(example = Docs.KIND) @PathParam("kind") String kind,
            @Parameter(example = Docs.DIGEST) @PathParam("digest") String digest)
            throws IOException {
        get(context, tenant, kind, digest);
    }

    /** Puts a payload alone; it is staged until its manifest comes. */
    @PUT
    @Operation(
            operationId = "putPayload",
            summary = "Put a payload",
            description = "Staged until a manifest for it is put: readable by its key, not listed.")
    @RequestBody(
            description = "The payload as it is, or with Content-Encoding: zstd",
            content =
                    @Content(
                            mediaType = "*/*",
                            example = "foo",
                            schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @APIResponse(responseCode = "201", description = "Stored")
    @APIResponse(responseCode = "200", description = "Was stored")
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void put(
            @Context RoutingContext context,
            @Parameter(example = Docs.TENANT) @PathParam("tenant") String tenant,
            @Parameter(example = Docs.KIND) @PathParam("kind") String kind,
            @Parameter(example = Docs.DIGEST) @PathParam("digest") String digest)
            throws IOException {
        Exchange exchange = Exchange.of(context);
        TenantAccess admitted = exchange.admit(access, tenant, Right.WRITE);
        Kind payloadKind = Uploads.payloadKind(kind);
        Digest declared = Digest.parse(digest);
        boolean created;
        try (ReceivedPayload received = artefacts.receive(admitted, Uploads.raw(exchange, payloadKind, declared))) {
            created = artefacts.putPayload(admitted, payloadKind, declared, received);
        }
        exchange.empty(created ? 201 : 200);
    }
}
