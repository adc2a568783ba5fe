package io.surfacefs.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.surfacefs.access.Access;
import io.surfacefs.access.Right;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.service.AdminService;
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
import org.jspecify.annotations.Nullable;

/** Which kit was imported last for a tenant, so that an older one is not taken for news. */
@Path("/api/v1/tenants/{tenant}/kit-version")
@RunOnVirtualThread
@Tag(name = "operate")
public final class KitVersionResource {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int MAX_BODY = 1024;

    private final Access access;
    private final AdminService admin;

    KitVersionResource(Access access, AdminService admin) {
        this.access = access;
        this.admin = admin;
    }

    /** The version of the last kit, 404 where none came. */
    @GET
    @Operation(operationId = "getKitVersion", summary = "The version of the kit that was imported last")
    @APIResponse(
            responseCode = "200",
            description = "Its version",
            content =
                    @Content(
                            mediaType = Docs.JSON,
                            examples = @ExampleObject(name = "version", value = Docs.KIT_VERSION)))
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void get(
            @Context RoutingContext context, @Parameter(example = Docs.TENANT) @PathParam("tenant") String tenant)
            throws IOException {
        Exchange exchange = Exchange.of(context);
        TenantAccess admitted = exchange.admit(access, tenant, Right.ADMIN);
        answer(exchange, admin.kitVersion(admitted.tenant()));
    }

    /** Says that a kit was imported; a version below the last changes nothing. */
    @PUT
    @Operation(
            operationId = "putKitVersion",
            summary = "Say that a kit was imported",
            description =
                    "A whole number from 1 to 2^53 - 1. The greatest version stays; the answer is the one that counts"
                            + " now.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = Docs.JSON,
                            examples = @ExampleObject(name = "version", value = Docs.KIT_VERSION)))
    @APIResponse(
            responseCode = "200",
            description = "The version that counts now",
            content =
                    @Content(
                            mediaType = Docs.JSON,
                            examples = @ExampleObject(name = "version", value = Docs.KIT_VERSION)))
    @APIResponse(responseCode = "default", ref = Docs.PROBLEM)
    public void put(
            @Context RoutingContext context, @Parameter(example = Docs.TENANT) @PathParam("tenant") String tenant)
            throws IOException {
        Exchange exchange = Exchange.of(context);
        TenantAccess admitted = exchange.admit(access, tenant, Right.ADMIN);
        byte[] body = JsonBody.read(exchange, MAX_BODY, ErrorCode.INVALID_ARGUMENT);
        answer(exchange, admin.kitImported(admitted.tenant(), version(body)));
    }

    private static long version(byte[] body) {
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() == JsonToken.START_OBJECT
                    && "kitVersion".equals(parser.nextFieldName())
                    && parser.nextToken() == JsonToken.VALUE_NUMBER_INT
                    && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
                long version = parser.getLongValue();
                if (parser.nextToken() == JsonToken.END_OBJECT && parser.nextToken() == null) {
                    return version;
                }
            }
        } catch (IOException e) {
            throw refused(e);
        }
        throw refused(null);
    }

    private static SurfaceException refused(@Nullable IOException cause) {
        return new SurfaceException(
                ErrorCode.INVALID_ARGUMENT,
                "kitVersion is a whole number from 1 to 2^53 - 1, and all that is sent",
                "like {\"kitVersion\":7}",
                cause);
    }

    private static void answer(Exchange exchange, long version) throws IOException {
        Negotiation.json(exchange.headers("Accept"));
        new JsonAnswer(exchange).write("{\"kitVersion\":" + version + "}").end();
    }
}
