package io.surfacefs.rest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The body of a request that arrives over a real socket, whole or in part. */
@Timeout(60)
class BodyStreamTest {
    private static final byte[] BODY = "0123456789".getBytes(StandardCharsets.US_ASCII);

    private final Vertx vertx = Vertx.vertx();
    private final CompletableFuture<BodyStream> arrived = new CompletableFuture<>();
    private HttpServer server;

    @BeforeEach
    void listen() throws Exception {
        server = vertx.createHttpServer().requestHandler(request -> {
            request.pause();
            arrived.complete(new BodyStream(request));
        });
        server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @Test
    void aBodyThatArrivesWholeIsReadToItsEnd() throws Exception {
        try (Socket client = put(BODY)) {
            assertArrayEquals(BODY, arrived.get().readAllBytes());
            assertEquals(-1, arrived.get().read());
            assertFalse(client.isClosed());
        }
    }

    @Test
    void aBodyThatEndsWhileItsReaderWaitsIsNoBody() throws Exception {
        try (Socket client = put(new byte[] {BODY[0], BODY[1]})) {
            BodyStream body = arrived.get();
            assertArrayEquals(new byte[] {BODY[0], BODY[1]}, body.readNBytes(2));
            FutureTask<Integer> next = new FutureTask<>(body::read);
            Thread reader = Thread.ofPlatform().start(next);
            while (reader.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            client.shutdownOutput();
            ExecutionException failed = assertThrows(ExecutionException.class, next::get);
            assertEquals(ClientGone.class, failed.getCause().getClass());
        }
    }

    @Test
    void aBodyThatHasEndedByNowIsDiscardedAsOneThatIsStillToCome() throws Exception {
        try (Socket client = put(BODY)) {
            assertArrayEquals(BODY, arrived.get().readAllBytes());
            CompletableFuture<Void> discarded = new CompletableFuture<>();
            arrived.get().discard(() -> discarded.complete(null));
            discarded.get();
            assertFalse(client.isClosed());
        }
    }

    @Test
    void aBodyThatIsStillToComeIsDiscardedToItsEnd() throws Exception {
        try (Socket client = put(new byte[] {BODY[0], BODY[1]})) {
            CompletableFuture<Void> discarded = new CompletableFuture<>();
            arrived.get().discard(() -> discarded.complete(null));
            assertFalse(discarded.isDone());
            client.getOutputStream().write(BODY, 2, BODY.length - 2);
            discarded.get();
        }
    }

    @Test
    void aBodyThatEndedBeforeItsFirstReadIsNoBody() throws Exception {
        put(new byte[] {BODY[0], BODY[1]}).close();
        assertThrows(ClientGone.class, () -> arrived.get().readAllBytes());
    }

    private Socket put(byte[] sent) throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), server.actualPort());
        client.getOutputStream()
                .write(("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: " + BODY.length + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        client.getOutputStream().write(sent);
        client.getOutputStream().flush();
        return client;
    }
}
