package io.surfacefs.it;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;

/** Takes spans as OTLP over HTTP in protobuf and keeps them; knows of the messages what the tests look at. */
final class SpanCollector implements AutoCloseable {
    // Field numbers of opentelemetry.proto.collector.trace.v1 and what it is made of.
    private static final int RESOURCE_SPANS = 1;
    private static final int RESOURCE = 1;
    private static final int SCOPE_SPANS = 2;
    private static final int SPANS = 2;
    private static final int RESOURCE_ATTRIBUTES = 1;
    private static final int SPAN_ATTRIBUTES = 9;

    /** A span: whose, and where it hangs. */
    record Span(String service, String trace, String id, String parent, String name, Map<String, String> attributes) {}

    private final HttpServer server;
    private final List<Span> spans = new CopyOnWriteArrayList<>();
    private final AtomicInteger requests = new AtomicInteger();

    SpanCollector() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::take);
        server.start();
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    int requests() {
        return requests.get();
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange;
                InputStream body = exchange.getRequestBody()) {
            requests.incrementAndGet();
            boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
            byte[] bytes = zipped ? new GZIPInputStream(body).readAllBytes() : body.readAllBytes();
            if (exchange.getRequestURI().getPath().equals("/v1/traces")) {
                read(UnknownFieldSet.parseFrom(bytes));
            }
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
        }
    }

    private void read(UnknownFieldSet request) throws InvalidProtocolBufferException {
        for (UnknownFieldSet resource : messages(request, RESOURCE_SPANS)) {
            String service = "";
            for (UnknownFieldSet about : messages(resource, RESOURCE)) {
                service = attributes(about, RESOURCE_ATTRIBUTES).getOrDefault("service.name", "");
            }
            for (UnknownFieldSet scope : messages(resource, SCOPE_SPANS)) {
                for (UnknownFieldSet span : messages(scope, SPANS)) {
                    spans.add(new Span(
                            service,
                            hex(span, 1),
                            hex(span, 2),
                            hex(span, 4),
                            text(span, 5),
                            attributes(span, SPAN_ATTRIBUTES)));
                }
            }
        }
    }

    private static List<UnknownFieldSet> messages(UnknownFieldSet in, int field) throws InvalidProtocolBufferException {
        List<UnknownFieldSet> found = new CopyOnWriteArrayList<>();
        for (ByteString bytes : in.getField(field).getLengthDelimitedList()) {
            found.add(UnknownFieldSet.parseFrom(bytes));
        }
        return found;
    }

    private static Map<String, String> attributes(UnknownFieldSet in, int field) throws InvalidProtocolBufferException {
        Map<String, String> found = new HashMap<>();
        for (UnknownFieldSet pair : messages(in, field)) {
            for (UnknownFieldSet value : messages(pair, 2)) {
                found.put(text(pair, 1), text(value, 1));
            }
        }
        return found;
    }

    private static ByteString bytes(UnknownFieldSet in, int field) {
        List<ByteString> all = in.getField(field).getLengthDelimitedList();
        return all.isEmpty() ? ByteString.EMPTY : all.getLast();
    }

    private static String text(UnknownFieldSet in, int field) {
        return bytes(in, field).toStringUtf8();
    }

    private static String hex(UnknownFieldSet in, int field) {
        return HexFormat.of().formatHex(bytes(in, field).toByteArray());
    }

    /** All that came of a trace. */
    List<Span> spans(String trace) {
        return spans.stream().filter(span -> span.trace().equals(trace)).toList();
    }

    /** The first of a trace with that name, of that service, or null. */
    Span find(String trace, String service, String name) {
        return spans(trace).stream()
                .filter(span -> span.service().equals(service) && span.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** The span of that id, or null. */
    Span byId(String trace, String id) {
        return spans(trace).stream()
                .filter(span -> span.id().equals(id))
                .findFirst()
                .orElse(null);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
