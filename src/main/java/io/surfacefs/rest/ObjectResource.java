package io.surfacefs.rest;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.surfacefs.access.Access;
import io.surfacefs.access.Right;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.service.ArtefactService;
import io.surfacefs.service.ItemKey;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
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
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Objects by the pointers that stand in manifests and reports. */
@Path("/api/v1/tenants/{tenant}/objects")
@RunOnVirtualThread
@Tag(name = "artefacts")
public final class ObjectResource {
    private final Access access;
    private final ArtefactService artefacts;
    private final Reads reads;

    ObjectResource(Access access, ArtefactService artefacts, Reads reads) {
        this.access = access;
        this.artefacts = artefacts;
        this.reads = reads;
    }

    /** Answers as the object's own route. */
    @GET
    @Operation(
            operationId = "getObject",
            summary = "Get a payload or manifest by its pointer",
            description = "Resolved by the key in the pointer, whatever bucket or prefix stand before it.")
    @Parameter(
            name = "uri",
            in = ParameterIn.QUERY,
            required = true,
            example = Docs.POINTER,
            schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "200",
            description = "As the object's own route",
            content =
                    @Content(
                            mediaType = Docs.JSON,
                            examples = @ExampleObject(name = "manifest", value = Docs.MANIFEST)))
    @APIResponse(responseCode = "304", description = "The client has it")
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void get(
            @Context RoutingContext context, @Parameter(example = Docs.TENANT) @PathParam("tenant") String tenant)
            throws IOException {
        Exchange exchange = Exchange.of(context);
        TenantAccess admitted = exchange.admit(access, tenant, Right.READ);
        String uri = new Query(exchange.request().query()).get("uri");
        if (uri == null) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT, "the query parameter uri is missing", "?uri=cas://…");
        }
        ObjectNames.Pointer pointer = artefacts.resolve(admitted, uri);
        ItemKey key = new ItemKey(pointer.key().kind(), pointer.key().digest());
        if (pointer.payload()) {
            reads.payload(exchange, admitted, key);
        } else {
            reads.manifest(exchange, admitted, key);
        }
    }

    /** As {@link #get}, the header only. */
    @HEAD
    @Operation(operationId = "headObject", summary = "Get the header of a payload or manifest by its pointer")
    @Parameter(
            name = "uri",
            in = ParameterIn.QUERY,
            required = true,
            example = Docs.POINTER,
            schema = @Schema(type = SchemaType.STRING))
    @APIResponse(responseCode = "200", description = "As the object's own route")
    @APIResponse(responseCode = "304", description = "The client has it")
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void head(
            @Context RoutingContext context, @Parameter(example = Docs.TENANT) @PathParam("tenant") String tenant)
            throws IOException {
        get(context, tenant);
    }
}
