package io.surfacefs.rest;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.surfacefs.access.Access;
import io.surfacefs.access.Right;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.service.ArtefactService;
import io.surfacefs.service.ItemKey;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import java.io.IOException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** One manifest: an artefact's, or with the kind {@code surface.manifest} a scan's. */
@Path("/api/v1/tenants/{tenant}/manifests/{kind}/{digest}")
@RunOnVirtualThread
@Tag(name = "artefacts")
public final class ManifestResource {
    private final Access access;
    private final ArtefactService artefacts;
    private final Reads reads;

    ManifestResource(Access access, ArtefactService artefacts, Reads reads) {
        this.access = access;
        this.artefacts = artefacts;
        this.reads = reads;
    }

    /** Gets a manifest, its RFC 8785 bytes. */
    @GET
    @Operation(
            operationId = "getManifest",
            summary = "Get a manifest",
            description = "Of a signed scan manifest, Surface-Signature has the DSSE envelope without its payload, as"
                    + " JSON in base64; an artefact's envelope is integrity.signature.")
    @APIResponse(
            responseCode = "200",
            description = "The manifest in RFC 8785 form; its SHA-256 is the ETag",
            content =
                    @Content(
                            mediaType = Docs.JSON,
                            examples = @ExampleObject(name = "manifest", value = Docs.MANIFEST)))
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
        reads.manifest(exchange, admitted, key(kind, digest));
    }

    /** As {@link #get}, the header only. */
    @HEAD
    @Operation(operationId = "headManifest", summary = "Get a manifest's header")
    @APIResponse(responseCode = "200", description = "The manifest exists")
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

    /** Puts a manifest whose payload is stored, or both in one form. */
    @PUT
    @Operation(
            operationId = "putManifest",
            summary = "Put a manifest, with its payload or after it",
            description =
                    "Idempotent: the first writer wins and the answer shows what is stored. A scan manifest's DSSE"
                            + " envelope comes as JSON in base64 in Surface-Signature, an artefact's in"
                            + " integrity.signature.")
    @RequestBody(
            content = {
                @Content(
                        mediaType = Docs.JSON,
                        examples = @ExampleObject(name = "manifest", value = Docs.MANIFEST_PUT)),
                @Content(
                        mediaType = "multipart/form-data",
                        schema =
                                @Schema(
                                        type = SchemaType.OBJECT,
                                        requiredProperties = {"manifest", "payload"},
                                        description = "Parts manifest (JSON) and payload (any bytes), in any order"))
            })
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
            @Parameter(example = Docs.KIND) @PathParam("kind") String kind,
            @Parameter(example = Docs.DIGEST) @PathParam("digest") String digest)
            throws IOException {
        Exchange exchange = Exchange.of(context);
        TenantAccess admitted = exchange.admit(access, tenant, Right.WRITE);
        Negotiation.json(exchange.headers("Accept"));
        ItemKey key = key(kind, digest);
        PutHeaders headers = PutHeaders.of(exchange);
        String contentType = exchange.header("Content-Type");
        if (contentType != null && Multipart.is(contentType)) {
            Uploads.payloadKind(kind);
            PutAnswers.manifest(
                    exchange, new ManifestUpload(exchange, artefacts, admitted, key).put(contentType, headers));
        } else {
            byte[] json = JsonBody.read(exchange, artefacts.maxManifestBytes(), ErrorCode.INVALID_MANIFEST);
            PutAnswers.manifest(
                    exchange,
                    artefacts.put(
                            admitted,
                            headers.request(key.kind(), key.digest(), null, json)
                                    .signed(SignatureField.of(exchange)),
                            null));
        }
    }

    /** Deletes an artefact, where retention allows it. */
    @DELETE
    @Operation(operationId = "deleteManifest", summary = "Delete an artefact, where retention allows it")
    @APIResponse(responseCode = "204", description = "Deleted")
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void delete(
            @Context RoutingContext context,
            @Parameter(example = Docs.TENANT) @PathParam("tenant") String tenant,
            @Parameter(example = Docs.KIND) @PathParam("kind") String kind,
            @Parameter(example = Docs.DIGEST) @PathParam("digest") String digest)
            throws IOException {
        Exchange exchange = Exchange.of(context);
        TenantAccess admitted = exchange.admit(access, tenant, Right.DELETE);
        artefacts.delete(admitted, key(kind, digest));
        exchange.deleted();
    }

    private static ItemKey key(String kind, String digest) {
        return new ItemKey(new Kind(kind), Digest.parse(digest));
    }
}
