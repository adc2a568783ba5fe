package io.surfacefs.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * HTTP by hand: requests that no well-behaved client would send, and answers to the last byte. A connection serves one
 * request.
 */
final class RawHttp {
    private static final int PATIENCE_MILLIS = 60_000;
    private static final Pattern CODE = Pattern.compile("\"code\":\"([A-Z_]+)\"");

    private final SurfaceProcess server;

    RawHttp(SurfaceProcess server) {
        this.server = server;
    }

    /**
     * A request.
     *
     * @param target as it stands in the request line
     * @param headers whole lines
     * @param body null: no body and no length
     */
    record Request(String method, String target, List<String> headers, byte[] body) {
        static Request get(String target, String... headers) {
            return new Request("GET", target, List.of(headers), null);
        }

        static Request of(String method, String target, byte[] body, String... headers) {
            return new Request(method, target, List.of(headers), body);
        }

        static Request of(String method, String target, String body, String... headers) {
            return of(method, target, body.getBytes(StandardCharsets.UTF_8), headers);
        }

        /** The same by another method. */
        Request method(String other) {
            return new Request(other, target, headers, body);
        }

        /** The request's bytes. */
        byte[] bytes() {
            StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nConnection: close\r\n");
            if (headers.stream().noneMatch(line -> line.toLowerCase(Locale.ROOT).startsWith("host:"))) {
                head.append("Host: localhost\r\n");
            }
            headers.stream()
                    .filter(line -> !line.equals("Host:"))
                    .forEach(line -> head.append(line).append("\r\n"));
            if (body != null && headers.stream().noneMatch(Request::saysLength)) {
                head.append("Content-Length: ").append(body.length).append("\r\n");
            }
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
            if (body != null) {
                all.writeBytes(body);
            }
            return all.toByteArray();
        }

        private static boolean saysLength(String line) {
            String name = line.toLowerCase(Locale.ROOT);
            return name.startsWith("content-length:") || name.startsWith("transfer-encoding:");
        }
    }

    /**
     * An answer up to the end of the connection.
     *
     * @param head status line and fields, as sent; empty where the connection ended without an answer
     */
    record Answer(String head, byte[] body) {
        /** The status of the last head that is no interim answer, 0 without one. */
        int status() {
            return head.isEmpty() ? 0 : Integer.parseInt(head.substring(9, 12));
        }

        /** The value of a field, or null. */
        String field(String name) {
            for (String line : head.split("\r\n", -1)) {
                int colon = line.indexOf(':');
                if (colon > 0 && line.substring(0, colon).equalsIgnoreCase(name)) {
                    return line.substring(colon + 1).strip();
                }
            }
            return null;
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /** Status and code: {@code 404 NOT_FOUND}; {@code cut} where there was no answer. */
        String summary() {
            Matcher code = CODE.matcher(text());
            return head.isEmpty() ? "cut" : status() + (status() >= 400 && code.find() ? " " + code.group(1) : "");
        }
    }

    Answer send(Request request) throws IOException {
        return send(request.bytes());
    }

    /** Sends bytes and reads until the server closes. */
    Answer send(byte[] bytes) throws IOException {
        try (Socket socket = connect()) {
            try {
                socket.getOutputStream().write(bytes);
                socket.getOutputStream().flush();
            } catch (SocketException refused) {
                // a server that refuses may close before it has read everything
            }
            return answer(readToEnd(socket));
        }
    }

    /** Sends bytes, then ends the sending side, as a client that dies in the middle of a body does. */
    Answer sendAndStop(byte[] bytes) throws IOException {
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(bytes);
            out.flush();
            socket.shutdownOutput();
            return answer(readToEnd(socket));
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.httpPort()), PATIENCE_MILLIS);
        return socket;
    }

    private static byte[] readToEnd(Socket socket) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] piece = new byte[64 * 1024];
        try {
            for (int n = socket.getInputStream().read(piece);
                    n >= 0;
                    n = socket.getInputStream().read(piece)) {
                all.write(piece, 0, n);
            }
        } catch (SocketException reset) {
            // what came before the reset is the answer
        }
        return all.toByteArray();
    }

    private static Answer answer(byte[] all) {
        String text = new String(all, StandardCharsets.ISO_8859_1);
        int from = 0;
        while (text.startsWith("HTTP/1.1 1", from)) {
            from = text.indexOf("\r\n\r\n", from) + 4;
        }
        int end = text.indexOf("\r\n\r\n", from);
        if (end < 0) {
            return new Answer("", new byte[0]);
        }
        byte[] body = text.substring(end + 4).getBytes(StandardCharsets.ISO_8859_1);
        Answer answer = new Answer(text.substring(from, end), body);
        return "chunked".equalsIgnoreCase(answer.field("transfer-encoding"))
                ? new Answer(answer.head(), unchunked(text.substring(end + 4)))
                : answer;
    }

    /** The content of a chunked body; fails where the last chunk is missing. */
    private static byte[] unchunked(String chunks) {
        List<String> parts = new ArrayList<>();
        int at = 0;
        while (true) {
            int line = chunks.indexOf("\r\n", at);
            int size = Integer.parseInt(chunks.substring(at, line), 16);
            if (size == 0) {
                return String.join("", parts).getBytes(StandardCharsets.ISO_8859_1);
            }
            parts.add(chunks.substring(line + 2, line + 2 + size));
            at = line + 2 + size + 2;
        }
    }
}
