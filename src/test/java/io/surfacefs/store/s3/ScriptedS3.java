package io.surfacefs.store.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A server that answers as a test says, and remembers what it was asked. */
final class ScriptedS3 implements AutoCloseable {
    /**
     * An answer.
     *
     * @param announced the length that the header tells, where it isn't the body's
     */
    record Answer(int status, byte[] body, long announced, String... headers) {
        static Answer of(int status, byte[] body, String... headers) {
            return new Answer(status, body, body.length, headers);
        }

        /** An error document of S3. */
        static Answer error(int status, String code) {
            return of(
                    status,
                    ("<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>no</Message></Error>")
                            .getBytes(StandardCharsets.UTF_8),
                    "Content-Type",
                    "application/xml");
        }

        static Answer ok(String body, String... headers) {
            return of(200, body.getBytes(StandardCharsets.UTF_8), headers);
        }
    }

    /** A request that is not answered: its connection is closed, by the answer null. */
    static final Function<HttpExchange, Answer> SILENT = exchange -> null;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    ScriptedS3(Function<HttpExchange, Answer> script) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            Answer answer = script.apply(exchange);
            if (answer == null) {
                exchange.close();
                return;
            }
            for (int i = 0; i < answer.headers.length; i += 2) {
                exchange.getResponseHeaders().add(answer.headers[i], answer.headers[i + 1]);
            }
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(answer.status, head || answer.announced == 0 ? -1 : answer.announced);
            if (!head && answer.body.length > 0) {
                OutputStream out = exchange.getResponseBody();
                out.write(answer.body);
                out.flush();
            }
            exchange.close();
        });
        server.start();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Methods and addresses, in order. */
    List<String> requests() {
        return requests;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
