package io.surfacefs.rest;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.surfacefs.access.Access;
import io.surfacefs.model.Tenant;
import io.surfacefs.service.LocalCacheService;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import java.io.IOException;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The operator's hand on the local cache of this instance; an answer comes when the work is done. */
@Path("/api/v1/admin")
@RunOnVirtualThread
@Tag(name = "operate")
public final class CacheAdminResource {
    private final Access access;
    private final LocalCacheService cache;

    CacheAdminResource(Access access, LocalCacheService cache) {
        this.access = access;
        this.cache = cache;
    }

    /** What the cache has. */
    @GET
    @Path("/cache")
    @Operation(operationId = "cacheStat", summary = "What the local cache has")
    @APIResponse(
            responseCode = "200",
            description = "Bytes that count, their bound, entries and what they are in for",
            content =
                    @Content(mediaType = Docs.JSON, examples = @ExampleObject(name = "stat", value = Docs.CACHE_STAT)))
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void stat(@Context RoutingContext context) throws IOException {
        Exchange exchange = Exchange.ofOperator(context, access);
        LocalCacheService.Stat stat = cache.stat();
        new JsonAnswer(exchange)
                .write("{\"bytes\":" + stat.bytes() + ",\"quotaBytes\":" + stat.quotaBytes() + ",\"entries\":"
                        + stat.entries() + ",\"tenants\":" + stat.tenants() + ",\"quarantinedBytes\":"
                        + stat.quarantinedBytes() + ",\"fetches\":" + stat.fetches() + ",\"complete\":"
                        + stat.complete() + ",\"failures\":" + stat.failures() + ",\"openSeconds\":"
                        + String.format(Locale.ROOT, "%.3f", stat.openSeconds()) + "}")
                .end();
    }

    /** Drops what the cache has, or has of one tenant. */
    @POST
    @Path("/cache:evict")
    @Operation(
            operationId = "cacheEvict",
            summary = "Empty the local cache",
            description = "The store keeps everything; what is asked for again is fetched again.")
    @Parameter(
            name = "tenant",
            in = ParameterIn.QUERY,
            example = Docs.TENANT,
            description = "Only what is this tenant's",
            schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "200",
            description = "Objects and bytes that went",
            content = @Content(mediaType = Docs.JSON, examples = @ExampleObject(name = "counts", value = Docs.EVICTED)))
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void evict(@Context RoutingContext context) throws IOException {
        Exchange exchange = Exchange.ofOperator(context, access);
        String tenant = new Query(exchange.request().query()).get("tenant");
        LocalCacheService.Evicted counts = cache.evict(tenant == null ? null : new Tenant(tenant));
        new JsonAnswer(exchange)
                .write("{\"objects\":" + counts.objects() + ",\"bytes\":" + counts.bytes() + "}")
                .end();
    }

    /** Checks all that the cache has. */
    @POST
    @Path("/cache:scrub")
    @Operation(
            operationId = "cacheScrub",
            summary = "Check all bytes of the local cache",
            description =
                    "Reads 64 MiB a second at most. What is damaged is put aside and fetched again when asked for.")
    @APIResponse(
            responseCode = "200",
            description = "Objects and bytes that were read, objects that were damaged",
            content =
                    @Content(mediaType = Docs.JSON, examples = @ExampleObject(name = "counts", value = Docs.SCRUBBED)))
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void scrub(@Context RoutingContext context) throws IOException {
        Exchange exchange = Exchange.ofOperator(context, access);
        LocalCacheService.Scrubbed counts = cache.scrub(progress -> {});
        new JsonAnswer(exchange)
                .write("{\"objects\":" + counts.objects() + ",\"bytes\":" + counts.bytes() + ",\"damaged\":"
                        + counts.damaged() + "}")
                .end();
    }
}
