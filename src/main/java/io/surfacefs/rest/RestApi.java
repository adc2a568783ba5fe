package io.surfacefs.rest;

import jakarta.ws.rs.core.Application;
import org.eclipse.microprofile.openapi.annotations.Components;
import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;

/** What the OpenAPI document says of the whole. */
@OpenAPIDefinition(
        info =
                @Info(
                        title = "Surface.FS",
                        version = "v1",
                        description = "A content-addressed store and cache for what container scanners produce."),
        security = @SecurityRequirement(name = "token"),
        components =
                @Components(
                        securitySchemes =
                                @SecurityScheme(
                                        securitySchemeName = "token",
                                        type = SecuritySchemeType.HTTP,
                                        scheme = "bearer",
                                        bearerFormat = "JWT",
                                        description =
                                                "A token of the configured issuer for the tenant in the path, with the scope surface.read, surface.write, surface.delete or surface.admin. Where authentication is off, none is asked for."),
                        responses =
                                @APIResponse(
                                        name = "Problem",
                                        description =
                                                "RFC 9457 problem details; code is the contract's name of the error",
                                        content =
                                                @Content(
                                                        mediaType = Problem.MEDIA_TYPE,
                                                        examples =
                                                                @ExampleObject(
                                                                        name = "not found",
                                                                        value = Docs.PROBLEM_EXAMPLE)))))
public final class RestApi extends Application {}
