package io.surfacefs.rest;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.surfacefs.access.Access;
import io.surfacefs.access.Right;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Namespace;
import io.surfacefs.model.Representation;
import io.surfacefs.service.ArtefactService;
import io.surfacefs.service.CacheEntryService;
import io.surfacefs.service.PayloadHandle;
import io.surfacefs.service.ReceivedPayload;
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
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Cache entries: memos of computations, by the SHA-256 of their inputs. */
@Path("/api/v1/tenants/{tenant}/cache/{namespace}/{inputs}")
@RunOnVirtualThread
@Tag(name = "cache entries")
public final class CacheEntryResource {
    private final Access access;
    private final ArtefactService artefacts;
    private final CacheEntryService entries;
    private final Reads reads;

    CacheEntryResource(Access access, ArtefactService artefacts, CacheEntryService entries, Reads reads) {
        this.access = access;
        this.artefacts = artefacts;
        this.entries = entries;
        this.reads = reads;
    }

    /** Gets a value, in either representation, whole or a range. */
    @GET
    @Operation(operationId = "getCacheEntry", summary = "Get a cache entry")
    @APIResponse(
            responseCode = "200",
            description = "The value; an entry keeps its bytes and no content type",
            content =
                    @Content(
                            mediaType = Docs.OCTETS,
                            example = "{\"nodes\":[]}",
                            schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void get(
            @Context RoutingContext context,
            @Parameter(example = Docs.TENANT) @PathParam("tenant") String tenant,
            @Parameter(example = "entrytrace.graph") @PathParam("namespace") String namespace,
            @Parameter(example = Docs.HEX) @PathParam("inputs") String inputs)
            throws IOException {
        Exchange exchange = Exchange.of(context);
        TenantAccess admitted = exchange.admit(access, tenant, Right.READ);
        Representation representation = Negotiation.encoding(exchange.headers("Accept-Encoding"));
        try (PayloadHandle value = entries.get(admitted, new Namespace(namespace), new Digest(inputs))) {
            reads.cacheEntry(exchange, value, representation);
        }
    }

    /** As {@link #get}, the header only. */
    @HEAD
    @Operation(operationId = "headCacheEntry", summary = "Get a cache entry's header")
    @APIResponse(responseCode = "200", description = "The entry exists")
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void head(
            @Context RoutingContext context,
            @Parameter(example = Docs.TENANT) @PathParam("tenant") String tenant,
            @Parameter(example = "entrytrace.graph") @PathParam("namespace") String namespace,
            @Parameter(example = Docs.HEX) @PathParam("inputs") String inputs)
            throws IOException {
        get(context, tenant, namespace, inputs);
    }

    /** Puts a value; the last writer wins. */
    @PUT
    @Operation(operationId = "putCacheEntry", summary = "Put a cache entry; the last writer wins")
    @RequestBody(
            description = "The value as it is, or with Content-Encoding: zstd",
            content =
                    @Content(
                            mediaType = "*/*",
                            example = "{\"nodes\":[]}",
                            schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @APIResponse(responseCode = "204", description = "Stored")
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void put(
            @Context RoutingContext context,
            @Parameter(example = Docs.TENANT) @PathParam("tenant") String tenant,
            @Parameter(example = "entrytrace.graph") @PathParam("namespace") String namespace,
            @Parameter(example = Docs.HEX) @PathParam("inputs") String inputs)
            throws IOException {
        Exchange exchange = Exchange.of(context);
        TenantAccess admitted = exchange.admit(access, tenant, Right.WRITE);
        Namespace space = new Namespace(namespace);
        Digest key = new Digest(inputs);
        try (ReceivedPayload value = artefacts.receive(admitted, Uploads.raw(exchange, null, null))) {
            entries.put(admitted, space, key, value);
        }
        exchange.empty(204);
    }

    /** Deletes an entry. */
    @DELETE
    @Operation(operationId = "deleteCacheEntry", summary = "Delete a cache entry")
    @APIResponse(responseCode = "204", description = "Deleted")
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void delete(
            @Context RoutingContext context,
            @Parameter(example = Docs.TENANT) @PathParam("tenant") String tenant,
            @Parameter(example = "entrytrace.graph") @PathParam("namespace") String namespace,
            @Parameter(example = Docs.HEX) @PathParam("inputs") String inputs)
            throws IOException {
        Exchange exchange = Exchange.of(context);
        TenantAccess admitted = exchange.admit(access, tenant, Right.DELETE);
        entries.delete(admitted, new Namespace(namespace), new Digest(inputs));
        exchange.deleted();
    }
}
