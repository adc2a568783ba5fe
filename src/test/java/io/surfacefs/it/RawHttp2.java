package io.surfacefs.it;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * An HTTP/2 connection on which a test decides about every frame (RFC 9113), by prior knowledge and without TLS. One
 * thread.
 */
final class RawHttp2 implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;

    private static final int PRIORITY = 0x20;

    static final int NO_ERROR = 0;
    static final int REFUSED_STREAM = 7;
    static final int CANCEL = 8;
    static final int ENHANCE_YOUR_CALM = 11;

    static final int MAX_CONCURRENT_STREAMS = 3;
    static final int MAX_HEADER_LIST_SIZE = 6;

    private static final int PATIENCE_MILLIS = 60_000;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder();
    private final int port;
    private int next = 1;

    /** Connects and sends nothing. */
    static RawHttp2 silent(int port) throws IOException {
        return new RawHttp2(port);
    }

    /** Connects, and says what a client says first. */
    static RawHttp2 open(int port) throws IOException {
        RawHttp2 connection = new RawHttp2(port);
        connection.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        connection.frame(SETTINGS, 0, 0, new byte[0]);
        return connection;
    }

    private RawHttp2(int port) throws IOException {
        this.port = port;
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
    }

    /**
     * A frame of the server's.
     *
     * @param status of an answer whose header this is, else 0
     * @param grpc the status of the call that this ends, else -1
     */
    record Frame(int type, int flags, int stream, byte[] payload, int status, int grpc) {
        boolean ends() {
            return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
        }

        /** The code of a RST_STREAM or GOAWAY. */
        int error() {
            return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
        }
    }

    /**
     * What came of one request: status, the call's status over gRPC, body, whether it was ended, and the code of a
     * reset; -1 for none.
     */
    record Answer(int status, int grpc, String body, boolean whole, int reset) {}

    void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
        frame.putInt(payload.length << 8 | type).put((byte) flags).putInt(stream);
        write(frame.put(payload).array());
    }

    /** The name of a request that nobody began yet. */
    int stream() {
        int id = next;
        next += 2;
        return id;
    }

    /** The compressed header of a request. */
    byte[] header(String method, String path, String... fields) {
        Http2Headers headers = new DefaultHttp2Headers(false)
                .method(method)
                .scheme("http")
                .authority("localhost:" + port)
                .path(path);
        for (int i = 0; i < fields.length; i += 2) {
            headers.add(fields[i], fields[i + 1]);
        }
        ByteBuf block = Unpooled.buffer();
        try {
            encoder.encodeHeaders(next, headers, block);
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
        return ByteBufUtil.getBytes(block);
    }

    /** Begins a request, ends it too where it has no body, and gives its name. */
    int request(boolean body, String method, String path, String... fields) throws IOException {
        byte[] block = header(method, path, fields);
        int id = stream();
        int flags = body ? 0 : END_STREAM;
        int first = Math.min(block.length, 16_384);
        frame(HEADERS, flags | (first == block.length ? END_HEADERS : 0), id, Arrays.copyOf(block, first));
        for (int at = first; at < block.length; ) {
            int n = Math.min(block.length - at, 16_384);
            byte[] part = Arrays.copyOfRange(block, at, at + n);
            at += n;
            frame(CONTINUATION, at == block.length ? END_HEADERS : 0, id, part);
        }
        return id;
    }

    /** The next frame, or null where the server has closed. */
    Frame next() throws IOException {
        try {
            int word = in.readInt();
            int flags = in.readUnsignedByte();
            int stream = in.readInt() & 0x7fffffff;
            byte[] payload = new byte[word >>> 8];
            in.readFully(payload);
            int type = word & 0xff;
            Http2Headers fields = type == HEADERS ? fields(flags, stream, payload) : new DefaultHttp2Headers();
            return new Frame(
                    type, flags, stream, payload, number(fields, ":status", 0), number(fields, "grpc-status", -1));
        } catch (EOFException | SocketException closed) {
            return null;
        }
    }

    /** The first frame that is looked for, or null where the server has closed before. */
    Frame await(Predicate<Frame> wanted) throws IOException {
        Frame frame = next();
        while (frame != null && !wanted.test(frame)) {
            frame = next();
        }
        return frame;
    }

    /** What the server says of its own limits. */
    Map<Integer, Long> settings() throws IOException {
        Frame frame = await(f -> f.type() == SETTINGS && (f.flags() & 1) == 0);
        Map<Integer, Long> settings = new TreeMap<>();
        for (ByteBuffer all = ByteBuffer.wrap(frame.payload()); all.hasRemaining(); ) {
            settings.put((int) all.getShort(), all.getInt() & 0xffffffffL);
        }
        return settings;
    }

    /** Reads until a request was answered or reset; with {@code andReset} until it was both. */
    Answer answer(int stream, boolean andReset) throws IOException {
        int status = 0;
        int grpc = -1;
        StringBuilder body = new StringBuilder();
        boolean whole = false;
        for (Frame frame = next(); frame != null; frame = next()) {
            if (frame.stream() != stream) {
                continue;
            }
            grpc = Math.max(grpc, frame.grpc());
            if (frame.status() > 0) {
                status = frame.status();
            } else if (frame.type() == DATA) {
                body.append(new String(frame.payload(), StandardCharsets.UTF_8));
            } else if (frame.type() == RST_STREAM) {
                return new Answer(status, grpc, body.toString(), whole, frame.error());
            }
            whole |= frame.ends();
            if (whole && !andReset) {
                break;
            }
        }
        return new Answer(status, grpc, body.toString(), whole, -1);
    }

    Answer answer(int stream) throws IOException {
        return answer(stream, false);
    }

    /** Every header has to be read, for the next one may lean on it. */
    private Http2Headers fields(int flags, int stream, byte[] payload) {
        int skipped = (flags & PRIORITY) == 0 ? 0 : 5;
        ByteBuf block = Unpooled.wrappedBuffer(payload, skipped, payload.length - skipped);
        try {
            return decoder.decodeHeaders(stream, block);
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static int number(Http2Headers fields, String name, int otherwise) {
        CharSequence value = fields.get(name);
        return value == null ? otherwise : Integer.parseInt(value.toString());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
