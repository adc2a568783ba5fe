package io.surfacefs.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * An S3 server in front of a real one: passes requests on, counts them, and on a bad day answers them itself, late, or
 * not at all. Closes nothing of what stands behind it.
 */
final class HostileS3 implements AutoCloseable {
    /** What is done with a request, {@code METHOD path}: an answer of ours, or one of those below. */
    private static final String PASS = "pass";

    private static final String HANG_UP = "hang up";
    private static final int MAX_HEAD = 64 << 10;

    private final URI target;
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile Function<String, String> script = request -> PASS;
    private volatile Duration delay = Duration.ZERO;

    HostileS3(URI target) {
        this.target = target;
        try {
            listener = new ServerSocket(SurfaceProcess.freePort(), 400, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    /** Where it listens. */
    URI endpoint() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    /** All requests so far, {@code METHOD path}. */
    List<String> requests() {
        return requests;
    }

    /** Passes everything on at once. */
    void behave() {
        script = request -> PASS;
        delay = Duration.ZERO;
    }

    /** Passes every request on so much later. */
    void slow(Duration by) {
        delay = by;
    }

    /** Closes every connection instead of an answer. */
    void hangUp() {
        script = request -> HANG_UP;
    }

    /** Answers every request with an error of S3. */
    void answer(int status, String code) {
        script = request -> error(status, code);
    }

    /** Answers the next so many requests with an error of S3, and passes the others on. */
    void answerSome(int howMany, int status, String code) {
        int until = requests.size() + howMany;
        script = request -> requests.size() <= until ? error(status, code) : PASS;
    }

    private static String error(int status, String code) {
        String body = "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>no</Message></Error>";
        return "HTTP/1.1 " + status + " No\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body;
    }

    private void accept() {
        while (end.getCount() > 0) {
            try {
                Socket client = listener.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target.getPort())) {
            open.add(server);
            Thread.ofVirtual().start(() -> pump(server, client));
            InputStream in = client.getInputStream();
            for (byte[] head = head(in); head.length > 0; head = head(in)) {
                String text = new String(head, StandardCharsets.ISO_8859_1);
                String request = text.substring(0, text.indexOf(" HTTP/1.1"));
                requests.add(request);
                String answer = script.apply(request);
                if (!answer.equals(PASS)) {
                    if (!answer.equals(HANG_UP)) {
                        byte[] body = in.readNBytes(length(text));
                        client.getOutputStream()
                                .write(
                                        request.startsWith("HEAD ")
                                                ? answer.substring(0, answer.indexOf("\r\n\r\n") + 4)
                                                        .getBytes(StandardCharsets.ISO_8859_1)
                                                : answer.getBytes(StandardCharsets.ISO_8859_1));
                        client.getOutputStream().flush();
                        if (body.length > 0) {
                            continue;
                        }
                    }
                    return;
                }
                if (end.await(delay.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
                server.getOutputStream().write(head);
                copy(in, server.getOutputStream(), length(text));
                server.getOutputStream().flush();
            }
        } catch (IOException e) {
            return; // one side has gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(client);
        }
    }

    /** A request's first line and headers with the blank line behind them; empty at the end. */
    private static byte[] head(InputStream in) throws IOException {
        byte[] head = new byte[MAX_HEAD];
        int n = 0;
        for (int b = in.read(); b >= 0; b = in.read()) {
            head[n++] = (byte) b;
            if (n > 3 && head[n - 1] == '\n' && head[n - 2] == '\r' && head[n - 3] == '\n') {
                return java.util.Arrays.copyOf(head, n);
            }
        }
        return new byte[0];
    }

    private static int length(String head) {
        String lower = head.toLowerCase(Locale.ROOT);
        int at = lower.indexOf("\r\ncontent-length:");
        return at < 0
                ? 0
                : Integer.parseInt(
                        lower.substring(at + 17, lower.indexOf("\r\n", at + 17)).strip());
    }

    private static void copy(InputStream in, OutputStream out, int length) throws IOException {
        byte[] buffer = new byte[64 << 10];
        for (int left = length, n; left > 0; left -= n) {
            n = in.read(buffer, 0, Math.min(left, buffer.length));
            if (n < 0) {
                throw new IOException("the client has gone");
            }
            out.write(buffer, 0, n);
        }
    }

    private void pump(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            return; // one side has gone
        } finally {
            open.remove(from);
        }
    }

    @Override
    public void close() {
        end.countDown();
        try {
            listener.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
