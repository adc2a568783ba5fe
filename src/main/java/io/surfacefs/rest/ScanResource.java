package io.surfacefs.rest;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.surfacefs.access.Access;
import io.surfacefs.access.Right;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.ScanId;
import io.surfacefs.service.ArtefactService;
import io.surfacefs.service.ScanService;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import java.io.IOException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The scan manifest of a scan, and the surface block that reports embed. */
@Path("/api/v1/tenants/{tenant}/scans/{scanId}")
@RunOnVirtualThread
@Tag(name = "scans")
public final class ScanResource {
    private final Access access;
    private final ArtefactService artefacts;
    private final ScanService scans;
    private final Reads reads;

    ScanResource(Access access, ArtefactService artefacts, ScanService scans, Reads reads) {
        this.access = access;
        this.artefacts = artefacts;
        this.scans = scans;
        this.reads = reads;
    }

    /** Puts a scan manifest and answers the surface block. */
    @PUT
    @Path("/manifest")
    @Operation(operationId = "putScanManifest", summary = "Put the manifest of a scan")
    @RequestBody(
            content =
                    @Content(
                            mediaType = Docs.JSON,
                            examples = @ExampleObject(name = "manifest", value = Docs.SCAN_MANIFEST_PUT)))
    @APIResponse(
            responseCode = "201",
            description = "Stored; Location is the manifest's path",
            content =
                    @Content(mediaType = Docs.JSON, examples = @ExampleObject(name = "surface", value = Docs.SURFACE)))
    @APIResponse(
            responseCode = "200",
            description = "Was known",
            content =
                    @Content(mediaType = Docs.JSON, examples = @ExampleObject(name = "surface", value = Docs.SURFACE)))
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void put(
            @Context RoutingContext context,
            @Parameter(example = Docs.TENANT) @PathParam("tenant") String tenant,
            @Parameter(example = Docs.SCAN) @PathParam("scanId") String scanId)
            throws IOException {
        Exchange exchange = Exchange.of(context);
        TenantAccess admitted = exchange.admit(access, tenant, Right.WRITE);
        Negotiation.json(exchange.headers("Accept"));
        ScanId scan = new ScanId(scanId);
        byte[] json = JsonBody.read(exchange, artefacts.maxManifestBytes(), ErrorCode.INVALID_MANIFEST);
        ScanService.PutResult result = scans.put(admitted, scan, json, SignatureField.of(exchange));
        if (result.created()) {
            PutAnswers.location(exchange, result.manifest());
        }
        exchange.json(result.created() ? 201 : 200, scans.surfaceBlock(result.manifest()));
    }

    /** Gets the manifest of a scan with the latest generatedAt. */
    @GET
    @Path("/manifest")
    @Operation(operationId = "getScanManifest", summary = "Get the current manifest of a scan")
    @APIResponse(
            responseCode = "200",
            description = "The manifest in RFC 8785 form; its SHA-256 is the ETag",
            content =
                    @Content(
                            mediaType = Docs.JSON,
                            examples = @ExampleObject(name = "manifest", value = Docs.SCAN_MANIFEST)))
    @APIResponse(responseCode = "304", description = "The client has it")
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void get(
            @Context RoutingContext context,
            @Parameter(example = Docs.TENANT) @PathParam("tenant") String tenant,
            @Parameter(example = Docs.SCAN) @PathParam("scanId") String scanId)
            throws IOException {
        Exchange exchange = Exchange.of(context);
        TenantAccess admitted = exchange.admit(access, tenant, Right.READ);
        Negotiation.json(exchange.headers("Accept"));
        reads.manifest(exchange, scans.current(admitted, new ScanId(scanId)));
    }

    /** Gets the surface block of a scan's current manifest. */
    @GET
    @Path("/surface")
    @Operation(operationId = "getScanSurface", summary = "Get the surface block of a scan")
    @APIResponse(
            responseCode = "200",
            description = "The surface block",
            content =
                    @Content(mediaType = Docs.JSON, examples = @ExampleObject(name = "surface", value = Docs.SURFACE)))
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void surface(
            @Context RoutingContext context,
            @Parameter(example = Docs.TENANT) @PathParam("tenant") String tenant,
            @Parameter(example = Docs.SCAN) @PathParam("scanId") String scanId)
            throws IOException {
        Exchange exchange = Exchange.of(context);
        TenantAccess admitted = exchange.admit(access, tenant, Right.READ);
        Negotiation.json(exchange.headers("Accept"));
        exchange.json(200, scans.surfaceBlock(scans.current(admitted, new ScanId(scanId))));
    }
}
