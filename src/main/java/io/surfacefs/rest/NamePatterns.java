package io.surfacefs.rest;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Namespace;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.Tenant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;

/** Says in the OpenAPI document what the contract's names look like, wherever one is a parameter. */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public final class NamePatterns implements OASFilter {
    private static final Shape DIGEST = new Shape(Digest.PATTERN, 71);
    private static final Shape KIND = new Shape(Kind.PATTERN, Kind.LONGEST);
    private static final Shape SCAN = new Shape(ScanId.PATTERN, ScanId.LONGEST);

    private static final Map<String, Shape> SHAPES = Map.ofEntries(
            Map.entry("tenant", new Shape(Tenant.PATTERN, Tenant.LONGEST)),
            Map.entry("kind", KIND),
            Map.entry("digest", DIGEST),
            Map.entry("image_digest", DIGEST),
            Map.entry("Surface-Image-Digest", DIGEST),
            Map.entry("scanId", SCAN),
            Map.entry("scan_id", SCAN),
            Map.entry("Surface-Scan-Id", SCAN),
            Map.entry("namespace", new Shape(Namespace.PATTERN, Namespace.LONGEST)),
            Map.entry("inputs", new Shape(Digest.HEX_PATTERN, 64)));

    private record Shape(String pattern, int longest) {}

    @Override
    public Parameter filterParameter(Parameter parameter) {
        Shape shape = SHAPES.get(parameter.getName());
        if (shape != null) {
            Schema schema = parameter.getSchema() == null ? OASFactory.createSchema() : parameter.getSchema();
            parameter.setSchema(schema.type(List.of(Schema.SchemaType.STRING))
                    .pattern("^" + shape.pattern() + "$")
                    .maxLength(shape.longest()));
        }
        return parameter;
    }
}
