package io.surfacefs.rest;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.surfacefs.access.Access;
import io.surfacefs.access.Right;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.model.IndexEntry;
import io.surfacefs.service.ArtefactService;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
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

/** Under which images and scans a tenant's artefacts are found. */
@Path("/api/v1/tenants/{tenant}/index")
@RunOnVirtualThread
@Tag(name = "artefacts")
public final class IndexResource {
    private static final int MAX_PAGE = 1_000;

    private final Access access;
    private final ArtefactService artefacts;

    IndexResource(Access access, ArtefactService artefacts) {
        this.access = access;
        this.artefacts = artefacts;
    }

    /** Lists index entries in their order, page by page. */
    @GET
    @Operation(
            operationId = "listIndex",
            summary = "List under which images and scans artefacts are found",
            description = "In the order of the bytes of image/{64 hex}/{kind}/{64 hex} and scan/{scan id}/{kind}/{64"
                    + " hex}. An entry's artefact need not exist any more.")
    @Parameter(
            name = "page_size",
            in = ParameterIn.QUERY,
            example = "1000",
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "1000", defaultValue = "1000"))
    @Parameter(
            name = "after",
            in = ParameterIn.QUERY,
            description = "nextAfter of the page before, which is absent on the last page",
            schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "200",
            description = "A page of the index",
            content = @Content(mediaType = Docs.JSON, examples = @ExampleObject(name = "page", value = Docs.INDEX)))
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void list(
            @Context RoutingContext context, @Parameter(example = Docs.TENANT) @PathParam("tenant") String tenant)
            throws IOException {
        Exchange exchange = Exchange.of(context);
        TenantAccess admitted = exchange.admit(access, tenant, Right.READ);
        Negotiation.json(exchange.headers("Accept"));
        Query query = new Query(exchange.request().query());
        String after = query.get("after");
        ArtefactService.IndexResult page =
                artefacts.index(admitted, after == null ? "" : after, query.pageSize(MAX_PAGE));
        JsonAnswer answer = new JsonAnswer(exchange).write("{\"entries\":[");
        String separator = "";
        for (IndexEntry entry : page.entries()) {
            answer.write(separator + json(entry));
            separator = ",";
        }
        answer.write(page.next() == null ? "]}" : "],\"nextAfter\":\"" + page.next() + "\"}")
                .end();
    }

    /** No part of an entry has a character that JSON would escape. */
    private static String json(IndexEntry entry) {
        String under = entry.image() != null
                ? "\"imageDigest\":\"" + entry.image() + "\""
                : "\"scanId\":\"" + entry.scan() + "\"";
        return "{\"kind\":\"" + entry.key().kind() + "\",\"digest\":\""
                + entry.key().digest() + "\"," + under + "}";
    }
}
