package io.surfacefs.rest;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.surfacefs.access.Access;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.service.AdminService;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
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

/** The operator's work on the whole store; an answer comes when it is done. */
@Path("/api/v1/admin")
@RunOnVirtualThread
@Tag(name = "operate")
public final class AdminResource {
    private final Access access;
    private final AdminService admin;

    AdminResource(Access access, AdminService admin) {
        this.access = access;
        this.admin = admin;
    }

    /** Marks payloads that nothing refers to, and drops those whose time has come. */
    @POST
    @Path("/gc")
    @Operation(operationId = "gc", summary = "Collect payloads that have no manifest")
    @Parameter(
            name = "dry_run",
            in = ParameterIn.QUERY,
            example = "true",
            description = "Only count",
            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
    @APIResponse(
            responseCode = "200",
            description = "Payloads newly marked, and payloads dropped",
            content =
                    @Content(mediaType = Docs.JSON, examples = @ExampleObject(name = "counts", value = Docs.COLLECTED)))
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void gc(@Context RoutingContext context) throws IOException {
        Exchange exchange = Exchange.ofOperator(context, access);
        boolean dryRun = flag(new Query(exchange.request().query()), "dry_run");
        if (!dryRun) {
            exchange.deletes();
        }
        AdminService.Collected counts = admin.gc(dryRun, progress -> {});
        if (!dryRun) {
            exchange.tellOfDeletion();
        }
        new JsonAnswer(exchange)
                .write("{\"marked\":" + counts.marked() + ",\"dropped\":" + counts.dropped() + "}")
                .end();
    }

    /** Adds missing index entries and drops dangling ones. */
    @POST
    @Path("/reindex")
    @Operation(operationId = "reindex", summary = "Make the index what the manifests say")
    @APIResponse(
            responseCode = "200",
            description = "Manifests read, index entries added and dropped",
            content =
                    @Content(mediaType = Docs.JSON, examples = @ExampleObject(name = "counts", value = Docs.REINDEXED)))
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void reindex(@Context RoutingContext context) throws IOException {
        Exchange exchange = Exchange.ofOperator(context, access);
        AdminService.Reindexed counts = admin.reindex(progress -> {});
        new JsonAnswer(exchange)
                .write("{\"manifests\":" + counts.manifests() + ",\"added\":" + counts.added() + ",\"dropped\":"
                        + counts.dropped() + "}")
                .end();
    }

    private static boolean flag(Query query, String name) {
        String value = query.get(name);
        if (value != null && !value.equals("true") && !value.equals("false")) {
            throw new SurfaceException(ErrorCode.INVALID_ARGUMENT, name + " is true or false");
        }
        return "true".equals(value);
    }
}
