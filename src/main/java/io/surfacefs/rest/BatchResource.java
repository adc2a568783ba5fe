package io.surfacefs.rest;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.surfacefs.access.Access;
import io.surfacefs.access.Right;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ScanId;
import io.surfacefs.service.ArtefactService;
import io.surfacefs.service.ItemKey;
import io.surfacefs.service.PrefetchService;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
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
import org.jspecify.annotations.Nullable;

/** Lists and batches: many artefacts of a tenant at once. Manifests go out as their stored bytes. */
@Path("/api/v1/tenants/{tenant}")
@RunOnVirtualThread
@Tag(name = "artefacts")
public final class BatchResource {
    private static final int MAX_PAGE = 500;
    /** A page of larger manifests ends early here. */
    private static final long MAX_PAGE_BYTES = 16L << 20;

    private final Access access;
    private final ArtefactService artefacts;
    private final PrefetchService prefetches;

    BatchResource(Access access, ArtefactService artefacts, PrefetchService prefetches) {
        this.access = access;
        this.artefacts = artefacts;
        this.prefetches = prefetches;
    }

    /** Lists manifests in key order, page by page. */
    @GET
    @Path("/manifests")
    @Operation(
            operationId = "listManifests",
            summary = "List manifests in key order",
            description = "A manifest that went bad at rest is left out; asked for by its key it is CORRUPT_OBJECT.")
    @Parameter(name = "kind", in = ParameterIn.QUERY, example = Docs.KIND, schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "image_digest",
            in = ParameterIn.QUERY,
            example = Docs.IMAGE,
            schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "scan_id",
            in = ParameterIn.QUERY,
            example = Docs.SCAN,
            schema = @Schema(type = SchemaType.STRING))
    @Parameter(
            name = "page_size",
            in = ParameterIn.QUERY,
            example = "50",
            schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "500", defaultValue = "50"))
    @Parameter(
            name = "page_token",
            in = ParameterIn.QUERY,
            description = "nextPageToken of the page before; absent on the last page",
            schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "200",
            description = "A page of manifests",
            content = @Content(mediaType = Docs.JSON, examples = @ExampleObject(name = "page", value = Docs.PAGE)))
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void list(
            @Context RoutingContext context, @Parameter(example = Docs.TENANT) @PathParam("tenant") String tenant)
            throws IOException {
        Exchange exchange = Exchange.of(context);
        TenantAccess admitted = exchange.admit(access, tenant, Right.READ);
        Negotiation.json(exchange.headers("Accept"));
        Query query = new Query(exchange.request().query());
        String kind = query.get("kind");
        String image = query.get("image_digest");
        String scan = query.get("scan_id");
        String token = query.get("page_token");
        ArtefactService.ListResult page = artefacts.list(
                admitted,
                new ArtefactService.ListRequest(
                        kind == null ? null : new Kind(kind),
                        image == null ? null : Digest.parse(image),
                        scan == null ? null : new ScanId(scan),
                        query.pageSize(MAX_PAGE),
                        token == null ? "" : token,
                        MAX_PAGE_BYTES));
        JsonAnswer answer = new JsonAnswer(exchange).write("{\"manifests\":[");
        String separator = "";
        for (Manifest manifest : page.manifests()) {
            answer.write(separator).write(manifest.canonical());
            separator = ",";
        }
        answer.write("]");
        if (page.nextPageToken() != null) {
            String quoted = new String(JsonStringEncoder.getInstance().quoteAsString(page.nextPageToken()));
            answer.write(",\"nextPageToken\":\"" + quoted + "\"");
        }
        answer.write("}").end();
    }

    /** Says which of up to 1,000 keys have no manifest. */
    @POST
    @Path("/manifests:findMissing")
    @Operation(operationId = "findMissing", summary = "Which of up to 1,000 keys have no manifest")
    @RequestBody(content = @Content(mediaType = Docs.JSON, examples = @ExampleObject(name = "keys", value = Docs.KEYS)))
    @APIResponse(
            responseCode = "200",
            description = "Those that are missing, in request order",
            content =
                    @Content(mediaType = Docs.JSON, examples = @ExampleObject(name = "missing", value = Docs.MISSING)))
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void findMissing(
            @Context RoutingContext context, @Parameter(example = Docs.TENANT) @PathParam("tenant") String tenant)
            throws IOException {
        Exchange exchange = Exchange.of(context);
        TenantAccess admitted = exchange.admit(access, tenant, Right.READ);
        List<ItemKey> keys = keys(exchange);
        JsonAnswer answer = new JsonAnswer(exchange).write("{\"missing\":[");
        String separator = "";
        for (ItemKey key : artefacts.findMissing(admitted, keys)) {
            answer.write(separator + json(key));
            separator = ",";
        }
        answer.write("]}").end();
    }

    /** Gets up to 1,000 manifests; each answers for itself. */
    @POST
    @Path("/manifests:batchGet")
    @Operation(operationId = "batchGetManifests", summary = "Get up to 1,000 manifests")
    @RequestBody(content = @Content(mediaType = Docs.JSON, examples = @ExampleObject(name = "keys", value = Docs.KEYS)))
    @APIResponse(
            responseCode = "200",
            description = "A manifest or an error code for each key, in request order",
            content =
                    @Content(mediaType = Docs.JSON, examples = @ExampleObject(name = "results", value = Docs.RESULTS)))
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void batchGet(
            @Context RoutingContext context, @Parameter(example = Docs.TENANT) @PathParam("tenant") String tenant)
            throws IOException {
        Exchange exchange = Exchange.of(context);
        TenantAccess admitted = exchange.admit(access, tenant, Right.READ);
        List<ItemKey> keys = keys(exchange);
        JsonAnswer answer = new JsonAnswer(exchange).write("{\"results\":[");
        boolean[] first = {true};
        try {
            artefacts.batchGet(admitted, keys, item -> {
                write(answer, item, first[0]);
                first[0] = false;
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        answer.write("]}").end();
    }

    private static void write(JsonAnswer answer, ArtefactService.BatchItem item, boolean first) {
        try {
            answer.write((first ? "" : ",") + "{\"key\":" + json(item.key()));
            Manifest manifest = item.manifest();
            if (manifest != null) {
                answer.write(",\"manifest\":").write(manifest.canonical()).write("}");
            } else {
                answer.write(",\"code\":\"" + code(item.code()) + "\"}");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ErrorCode code(@Nullable ErrorCode code) {
        return code == null ? ErrorCode.NOT_FOUND : code;
    }

    /** Warms the local cache. */
    @POST
    @Path("/artefacts:prefetch")
    @Operation(operationId = "prefetch", summary = "Warm the local cache with up to 1,000 keys")
    @RequestBody(content = @Content(mediaType = Docs.JSON, examples = @ExampleObject(name = "keys", value = Docs.KEYS)))
    @APIResponse(
            responseCode = "200",
            description = "How many were present, fetched, missing",
            content = @Content(mediaType = Docs.JSON, examples = @ExampleObject(name = "counts", value = Docs.COUNTS)))
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void prefetch(
            @Context RoutingContext context, @Parameter(example = Docs.TENANT) @PathParam("tenant") String tenant)
            throws IOException {
        Exchange exchange = Exchange.of(context);
        TenantAccess admitted = exchange.admit(access, tenant, Right.READ);
        PrefetchService.Counts counts = prefetches.prefetch(admitted, keys(exchange));
        new JsonAnswer(exchange)
                .write("{\"present\":" + counts.present() + ",\"fetched\":" + counts.fetched() + ",\"missing\":"
                        + counts.missing() + "}")
                .end();
    }

    private static List<ItemKey> keys(Exchange exchange) throws IOException {
        Negotiation.json(exchange.headers("Accept"));
        return KeyList.parse(JsonBody.read(exchange, KeyList.MAX_BYTES, ErrorCode.INVALID_ARGUMENT));
    }

    private static String json(ItemKey key) {
        return "{\"kind\":\"" + key.kind() + "\",\"digest\":\"" + key.digest() + "\"}";
    }
}
