package io.surfacefs.it;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * A connection to the REST port on which a test decides about every byte: clients that are slow, stop in the middle, or
 * vanish. One request at a time, one thread.
 */
final class RawConnection implements AutoCloseable {
    /** How long a server may be silent before a test fails. */
    private static final int PATIENCE_MILLIS = 60_000;

    private final Socket socket;
    private final InputStream in;

    /** @param receiveBuffer bytes that the kernel may take ahead of the reader, about; 0 for the usual */
    RawConnection(SurfaceProcess server, int receiveBuffer) throws IOException {
        socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.httpPort()), PATIENCE_MILLIS);
        in = new BufferedInputStream(socket.getInputStream(), 8192);
    }

    /** The status of an answer and the length of the body that follows. */
    record Head(int status, long length) {}

    /**
     * Sends a request's head.
     *
     * @param headers whole lines
     */
    RawConnection request(String method, String path, String... headers) throws IOException {
        String head = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n"
                + (headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n") + "\r\n";
        send(head.getBytes(StandardCharsets.US_ASCII), 0, head.length());
        return this;
    }

    /** Sends part of a body. */
    void send(byte[] bytes, int offset, int length) throws IOException {
        socket.getOutputStream().write(bytes, offset, length);
        socket.getOutputStream().flush();
    }

    /** Reads the head of the answer. @throws EOFException when the server closes instead */
    Head head() throws IOException {
        int status = Integer.parseInt(line().substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
        long length = -1;
        for (String field = line(); !field.isEmpty(); field = line()) {
            if (field.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Long.parseLong(field.substring(15).strip());
            }
        }
        return new Head(status, length);
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection ended in the head of an answer");
            }
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(StandardCharsets.US_ASCII);
    }

    /** Reads exactly so many bytes of the body. */
    byte[] read(int bytes) throws IOException {
        byte[] read = in.readNBytes(bytes);
        if (read.length < bytes) {
            throw new EOFException("the connection ended " + (bytes - read.length) + " bytes early");
        }
        return read;
    }

    /** Reads the rest of a body and gives the digest of it and what was read before. */
    String digestOfRest(byte[] before, long length) throws IOException {
        MessageDigest sha256;
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        sha256.update(before);
        byte[] piece = new byte[64 * 1024];
        for (long left = length - before.length; left > 0; ) {
            int n = in.read(piece, 0, (int) Math.min(piece.length, left));
            if (n < 0) {
                throw new EOFException("the connection ended " + left + " bytes early");
            }
            sha256.update(piece, 0, n);
            left -= n;
        }
        return "sha256:" + HexFormat.of().formatHex(sha256.digest());
    }

    /** Closes the connection as a client does that dies: what is under way is reset. */
    void vanish() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
