package io.surfacefs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.surfacefs.grpc.v1.GetManifestRequest;
import io.surfacefs.grpc.v1.SurfaceFsGrpc;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sidecar and the service behind it, both with tracing on, and a collector of their spans. */
class TracingIT {
    private static final String KIND = "sbom.fragment";
    private static final String CALLER = "00f067aa0ba902b7";

    @TempDir
    static Path folder;

    private static SpanCollector collector;
    private static SurfaceProcess service;
    private static SurfaceProcess sidecar;
    private static Rest there;
    private static Rest here;

    @BeforeAll
    static void start() throws IOException {
        collector = new SpanCollector();
        service = traced("service").start();
        sidecar = traced("sidecar")
                .env("SURFACE_STORE_TYPE", "upstream")
                .env("SURFACE_STORE_ENDPOINT", "http://127.0.0.1:" + service.grpcPort())
                .start();
        there = new Rest(service);
        here = new Rest(sidecar);
    }

    private static SurfaceProcess.Builder traced(String home) {
        return SurfaceProcess.server(folder.resolve(home))
                .env("SURFACE_TRACING_ENABLED", "true")
                .env("QUARKUS_OTEL_SERVICE_NAME", home)
                .env("QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint())
                .env("QUARKUS_OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
                .env("QUARKUS_OTEL_BSP_SCHEDULE_DELAY", "100ms");
    }

    @AfterAll
    static void stop() {
        here.close();
        there.close();
        sidecar.close();
        service.close();
        collector.close();
    }

    private static String trace(int number) {
        return "4bf92f3577b34da6a3ce929d0e0e47" + String.format("%02x", number);
    }

    private static String parent(int number) {
        return "00-" + trace(number) + "-" + CALLER + "-01";
    }

    /** A span of a trace, once it has come. */
    private static SpanCollector.Span await(int number, String service, String name) {
        Patience.until(
                () -> collector.find(trace(number), service, name) != null,
                () -> name + " of " + service + " hasn't come: " + collector.spans(trace(number)) + "\n"
                        + sidecar.output() + TracingIT.service.output());
        return collector.find(trace(number), service, name);
    }

    /**
     * Waits until one span is known to hang on another: a request's own span ends, and comes, behind those below it.
     */
    private static void awaitBelow(SpanCollector.Span span, String id) {
        Patience.until(
                () -> isBelow(span, id), () -> span + " is not below " + id + ": " + collector.spans(span.trace()));
    }

    /** Whether one span hangs on another, or on the caller's, over whatever is between them. */
    private static boolean isBelow(SpanCollector.Span span, String id) {
        String above = span.parent();
        while (!above.equals(id)) {
            SpanCollector.Span next = collector.byId(span.trace(), above);
            if (next == null) {
                return false;
            }
            above = next.parent();
        }
        return true;
    }

    @Test
    void aPutAndAReadThroughASidecarAreOneTraceEach() throws IOException {
        String digest = here.stored(KIND, Rest.noise(300, 1), "traceparent", parent(1));
        SpanCollector.Span put = await(1, "sidecar", "surface.fs.put");
        SpanCollector.Span store = await(1, "sidecar", "surface.fs.store");
        SpanCollector.Span theirs = await(1, "service", "surface.fs.put");
        awaitBelow(put, CALLER);
        awaitBelow(store, put.id());
        awaitBelow(theirs, put.id());
        for (SpanCollector.Span span : List.of(put, theirs)) {
            assertEquals(Rest.TENANT, span.attributes().get("surface.tenant"));
            assertEquals(KIND, span.attributes().get("surface.kind"));
            assertEquals(digest, span.attributes().get("surface.digest"));
            assertEquals("ok", span.attributes().get("surface.outcome"));
        }

        String unread = there.stored(KIND, Rest.noise(300, 2));
        Rest.Answer read = here.send("GET", Rest.manifestPath(KIND, unread), null, "traceparent", parent(2));
        assertEquals(200, read.status(), read::text);
        SpanCollector.Span get = await(2, "sidecar", "surface.fs.get");
        SpanCollector.Span cache = await(2, "sidecar", "surface.fs.cache");
        SpanCollector.Span behind = await(2, "service", "surface.fs.get");
        awaitBelow(get, CALLER);
        assertEquals(get.id(), cache.parent());
        awaitBelow(behind, cache.id());
        assertEquals("store", cache.attributes().get("surface.cache.tier"));
        assertEquals("memory", behind.attributes().get("surface.cache.tier"));
    }

    @Test
    void whatMemoryAnswersOnTheEventLoopHasItsSpansToo() throws IOException {
        String digest = here.stored(KIND, Rest.noise(300, 3));
        assertEquals(200, here.manifest(KIND, digest).status());
        here.send("GET", Rest.manifestPath(KIND, digest), null, "traceparent", parent(3));
        SpanCollector.Span get = await(3, "sidecar", "surface.fs.get");
        SpanCollector.Span cache = await(3, "sidecar", "surface.fs.cache");
        assertEquals(get.id(), cache.parent());
        assertEquals("memory", cache.attributes().get("surface.cache.tier"));
        awaitBelow(get, CALLER);
    }

    @Test
    void aCallOverGrpcIsInItsCallersTrace() throws IOException {
        String digest = there.stored(KIND, Rest.noise(300, 4));
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), parent(4));
        try (GrpcClient grpc = new GrpcClient(sidecar)) {
            SurfaceFsGrpc.newBlockingStub(ClientInterceptors.intercept(
                            grpc.channel(), MetadataUtils.newAttachHeadersInterceptor(headers)))
                    .getManifest(GetManifestRequest.newBuilder()
                            .setTenant(Rest.TENANT)
                            .setKind(KIND)
                            .setDigest(digest)
                            .build());
        }
        SpanCollector.Span get = await(4, "sidecar", "surface.fs.get");
        SpanCollector.Span behind = await(4, "service", "surface.fs.get");
        awaitBelow(get, CALLER);
        awaitBelow(behind, get.id());
    }

    @Test
    void aReadOfWhatThereIsNotSaysSo() throws IOException {
        String absent = "sha256:" + "0e".repeat(32);
        Rest.Answer answer = here.send("GET", Rest.manifestPath(KIND, absent), null, "traceparent", parent(5));
        assertEquals(404, answer.status());
        assertTrue(answer.text().contains("\"traceId\":\"" + trace(5) + "\""), answer::text);
        assertEquals(
                "not_found", await(5, "sidecar", "surface.fs.get").attributes().get("surface.outcome"));
    }

    @Test
    void nothingIsSentUnlessTracingIsSwitchedOn() throws IOException {
        try (SpanCollector other = new SpanCollector()) {
            SurfaceProcess plain = SurfaceProcess.server(folder.resolve("plain"))
                    .env("QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT", other.endpoint())
                    .env("QUARKUS_OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
                    .env("QUARKUS_OTEL_BSP_SCHEDULE_DELAY", "100ms")
                    .start();
            try (plain;
                    Rest rest = new Rest(plain)) {
                String digest = rest.stored(KIND, Rest.noise(300, 6), "traceparent", parent(6));
                assertEquals(200, rest.manifest(KIND, digest).status());
            }
            // What was still to be sent goes before the end.
            assertEquals(0, other.requests());
        }
        here.stored(KIND, Rest.noise(300, 7), "traceparent", parent(7));
        assertNotNull(await(7, "sidecar", "surface.fs.put"));
    }
}
