package io.surfacefs.ops;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Spans by OpenTelemetry. A request's first hangs on the one that the server has for it, else on the client's; what
 * comes and goes is W3C trace context. Thread-safe.
 */
public final class OtelSpans implements Trace.Spans {
    private static final TextMapPropagator W3C = W3CTraceContextPropagator.getInstance();

    private static final TextMapGetter<Map<String, String>> GETTER = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Map<String, String> fields) {
            return fields.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> fields, String name) {
            return fields == null ? null : fields.get(name);
        }
    };

    private final Tracer tracer;

    /** @param telemetry to which the spans go */
    public OtelSpans(OpenTelemetry telemetry) {
        this.tracer = telemetry.getTracer("surface-fs");
    }

    @Override
    public Trace.Origin origin(Trace.Origin sent) {
        Context here = Context.current();
        if (!Span.fromContext(here).getSpanContext().isValid()) {
            here = W3C.extract(Context.root(), sent.fields(), GETTER);
        }
        SpanContext parent = Span.fromContext(here).getSpanContext();
        return new Trace.Origin(parent.isValid() ? parent.getTraceId() : sent.id(), sent.fields(), here);
    }

    @Override
    public Trace.Recorded begin(String name, Trace.@Nullable Origin parent, long startNanos) {
        Context above = parent != null && parent.parent() instanceof Context known ? known : Context.current();
        Instant begun = Instant.now().minusNanos(Math.max(0, System.nanoTime() - startNanos));
        Span span = tracer.spanBuilder(name)
                .setParent(above)
                .setSpanKind(kind(name, Span.fromContext(above).getSpanContext()))
                .setStartTimestamp(begun)
                .startSpan();
        return new Recorded(span, above.with(span));
    }

    private static SpanKind kind(String name, SpanContext above) {
        if (Trace.STORE.equals(name)) {
            return SpanKind.CLIENT;
        }
        return above.isValid() && !above.isRemote() ? SpanKind.INTERNAL : SpanKind.SERVER;
    }

    private record Recorded(Span span, Context context) implements Trace.Recorded {
        @Override
        public Trace.Origin origin() {
            Map<String, String> fields = new HashMap<>();
            W3C.inject(context, fields, (map, name, value) -> {
                if (map != null) {
                    map.put(name, value);
                }
            });
            return new Trace.Origin(span.getSpanContext().getTraceId(), Map.copyOf(fields), context);
        }

        @Override
        public void set(String name, String value) {
            span.setAttribute(name, value);
        }

        @Override
        public void end() {
            span.end();
        }
    }
}
