package io.surfacefs.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each answer comes to its end, once, whatever its client does: else its place would be lost. */
@Timeout(60)
class SendingTest {
    private static final Answer SMALL = Answer.text(200, "a page");
    /** More than the network holds of one. */
    private static final Answer LARGE = Answer.text(200, "x".repeat(64 << 20));

    private final BlockingQueue<Sending> asked = new LinkedBlockingQueue<>();
    private final Semaphore ended = new Semaphore(0);
    private volatile long limit = Sending.LIMIT_MILLIS;
    private Vertx vertx;
    private HttpServer server;

    @BeforeEach
    void open() throws Exception {
        vertx = Vertx.vertx();
        Router router = Router.router(vertx);
        router.route().handler(context -> asked.add(new Sending(context, "default-src 'none'", limit, ended::release)));
        server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private Socket ask() throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), server.actualPort());
        client.setSoTimeout(20_000);
        client.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return client;
    }

    private Sending asked() throws InterruptedException {
        Sending sending = asked.poll(30, TimeUnit.SECONDS);
        assertNotNull(sending);
        return sending;
    }

    private void assertEndedOnce() throws Exception {
        assertTrue(ended.tryAcquire(30, TimeUnit.SECONDS), "the place is lost");
        vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        assertEquals(0, ended.availablePermits(), "the place was given back twice");
    }

    @Test
    void anAnswerThatIsReadComesToItsEnd() throws Exception {
        try (Socket client = ask()) {
            asked().send(SMALL, null);
            assertEquals('H', client.getInputStream().read());
            assertEndedOnce();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClientThatGoesBeforeItsPageIsMadeGivesItsPlaceBack(boolean politely) throws Exception {
        Socket client = ask();
        Sending sending = asked();
        if (!politely) {
            client.setSoLinger(true, 0);
        }
        client.close();
        sending.send(LARGE, null);
        assertEndedOnce();
    }

    @Test
    void aClientThatGoesWhileItsPageComesGivesItsPlaceBack() throws Exception {
        try (Socket client = ask()) {
            asked().send(LARGE, null);
            assertEquals('H', client.getInputStream().read());
        }
        assertEndedOnce();
    }

    @Test
    void aClientOfHttp2ThatGivesItsPageUpGivesItsPlaceBack() throws Exception {
        try (HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
            var answer = http.sendAsync(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + "/"))
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            asked().send(LARGE, null);
            HttpResponse<InputStream> begun = answer.get(30, TimeUnit.SECONDS);
            assertEquals(HttpClient.Version.HTTP_2, begun.version());
            begun.body().close();
            assertEndedOnce();
        }
    }

    @Test
    void aClientThatReadsNothingIsCutOffInTime() throws Exception {
        limit = 10;
        try (Socket _ = ask()) {
            asked().send(LARGE, null);
            assertEndedOnce();
        }
    }

    @Test
    void whatCannotBeSentComesToItsEndToo() throws Exception {
        try (Socket client = ask()) {
            Sending sending = asked();
            Answer wrong = new Answer(303, "text/html", new byte[0], "/a\r\nb");
            assertThrows(IllegalArgumentException.class, () -> sending.send(wrong, null));
            assertEquals(-1, client.getInputStream().read());
            assertEndedOnce();
        }
    }
}
