package io.surfacefs.it;

import io.surfacefs.it.RawHttp.Answer;
import io.surfacefs.it.RawHttp.Request;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** HTTP by hand as {@link RawHttp}, over a connection that is kept for as long as the server keeps it. One thread. */
final class KeptHttp implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 60_000;

    private final SurfaceProcess server;
    private Socket socket;
    private InputStream in;

    KeptHttp(SurfaceProcess server) {
        this.server = server;
    }

    /** Sends a request and reads the whole answer; an empty head where the server closed without one. */
    Answer send(Request request) throws IOException {
        boolean kept = socket != null;
        Answer answer = once(request);
        // A connection that was kept may have been closed on before the server saw the request.
        return kept && answer.status() == 0 ? once(request) : answer;
    }

    private Answer once(Request request) throws IOException {
        if (socket == null) {
            socket = new Socket();
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.httpPort()), PATIENCE_MILLIS);
            in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
        }
        try {
            socket.getOutputStream().write(bytes(request));
        } catch (SocketException refused) {
            // a server that refuses may close before it has read everything
        }
        try {
            return answer(request.method());
        } catch (SocketException reset) {
            close();
            return new Answer("", new byte[0]);
        }
    }

    private static byte[] bytes(Request request) {
        StringBuilder head = new StringBuilder(request.method() + " " + request.target() + " HTTP/1.1\r\n");
        if (request.headers().stream()
                .noneMatch(line -> line.toLowerCase(Locale.ROOT).startsWith("host:"))) {
            head.append("Host: localhost\r\n");
        }
        request.headers().forEach(line -> head.append(line).append("\r\n"));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        if (request.body() != null) {
            head.append("Content-Length: ").append(request.body().length).append("\r\n");
        }
        all.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        if (request.body() != null) {
            all.writeBytes(request.body());
        }
        return all.toByteArray();
    }

    private Answer answer(String method) throws IOException {
        String head = head();
        if (head.isEmpty()) {
            close();
            return new Answer("", new byte[0]);
        }
        Answer empty = new Answer(head, new byte[0]);
        String length = empty.field("content-length");
        byte[] body;
        if (method.equals("HEAD") || empty.status() == 204 || empty.status() == 304) {
            body = new byte[0];
        } else if ("chunked".equalsIgnoreCase(empty.field("transfer-encoding"))) {
            body = chunks();
        } else if (length != null) {
            body = in.readNBytes(Integer.parseInt(length));
        } else {
            body = in.readAllBytes();
            close();
        }
        if ("close".equalsIgnoreCase(empty.field("connection"))) {
            close();
        }
        return new Answer(head, body);
    }

    /** The next head that is no interim answer, without its empty line. */
    private String head() throws IOException {
        String head;
        do {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
            int end = 0;
            while (end < 4) {
                int c = in.read();
                if (c < 0) {
                    return "";
                }
                bytes.write(c);
                end = c == (end % 2 == 0 ? '\r' : '\n') ? end + 1 : c == '\r' ? 1 : 0;
            }
            head = bytes.toString(StandardCharsets.ISO_8859_1).strip();
        } while (head.startsWith("HTTP/1.1 1"));
        return head;
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
            all.writeBytes(in.readNBytes(size));
            line();
        }
        line();
        return all.toByteArray();
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new SocketException("the connection ended in the middle of an answer");
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }

    /** Drops the connection; the next request makes another. */
    @Override
    public void close() {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException gone) {
                // nothing is lost
            }
            socket = null;
        }
    }
}
