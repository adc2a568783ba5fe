package io.surfacefs.cache;

import io.surfacefs.codec.SignedForm;
import io.surfacefs.model.Digest;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a file of the cache: the object's bytes from the first byte on, so that they can be sent from there,
 * and behind them a trailer that says what they are. Numbers are big-endian.
 *
 * <pre>
 * body    u8 version 1 | u8 group | text tenant | text kind | text id | 32 bytes SHA-256 of the object's bytes |
 *         i64 their number | i64 expires, epoch seconds, 0 for never | i64 inserted, epoch milliseconds | bytes meta
 * end     i32 length of the body | i32 CRC32C of the body | i64 "sfscach1"
 * text and bytes: u16 length, then that many bytes (UTF-8)
 * </pre>
 *
 * Programs that took at most 1024 bytes of meta wrote the same format; they find no trailer in a file with more, put it
 * aside and fetch the object anew.
 */
final class CacheFile {
    /** The most bytes that a caller may keep beside an object: a scan manifest's signatures, however many. */
    static final int MAX_META = SignedForm.MAX_SIGNATURES;

    /** The most bytes that a trailer has: whatever is kept beside the object, its name and what else is said of it. */
    static final int MAX_TRAILER = MAX_META + 1024;

    /** What is read of a file at first: nearly every trailer is shorter. */
    private static final int USUAL_TRAILER = 2048;

    private static final long MAGIC = 0x7366736361636831L;
    private static final int END = 16;
    private static final byte VERSION = 1;

    /** What a trailer says. */
    record Trailer(CacheName name, Digest digest, long size, long expires, long inserted, byte[] meta) {}

    private CacheFile() {}

    static byte[] write(Trailer trailer) {
        ByteBuffer out = ByteBuffer.allocate(MAX_TRAILER);
        out.put(VERSION).put((byte) trailer.name().group().letter());
        text(out, trailer.name().tenant().value());
        text(out, trailer.name().kind());
        text(out, trailer.name().id());
        out.put(trailer.digest().bytes());
        out.putLong(trailer.size()).putLong(trailer.expires()).putLong(trailer.inserted());
        bytes(out, trailer.meta());
        int body = out.position();
        out.putInt(body).putInt(crc(out.array(), 0, body)).putLong(MAGIC);
        byte[] all = new byte[out.position()];
        out.flip().get(all);
        return all;
    }

    private static void text(ByteBuffer out, String text) {
        bytes(out, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void bytes(ByteBuffer out, byte[] bytes) {
        out.putShort((short) bytes.length).put(bytes);
    }

    private static int crc(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }

    /** Reads the trailer of a file, or gives null when it has no whole one: it is torn, cut or not ours. */
    static @Nullable Trailer read(FileChannel file) throws IOException {
        long size = file.size();
        byte[] tail = tail(file, size, (int) Math.min(size, USUAL_TRAILER));
        if (tail == null || tail.length <= END) {
            return null;
        }
        int body = ByteBuffer.wrap(tail).getInt(tail.length - END);
        if (body > tail.length - END && body <= Math.min(size, MAX_TRAILER) - END) {
            tail = tail(file, size, END + body);
        }
        return tail == null ? null : trailer(tail, size);
    }

    /** So many last bytes of a file; null where it has become shorter. */
    private static byte @Nullable [] tail(FileChannel file, long size, int length) throws IOException {
        ByteBuffer tail = ByteBuffer.allocate(length);
        while (tail.hasRemaining()) {
            if (file.read(tail, size - length + tail.position()) < 0) {
                return null;
            }
        }
        return tail.array();
    }

    private static @Nullable Trailer trailer(byte[] tail, long size) {
        ByteBuffer end = ByteBuffer.wrap(tail).position(tail.length - END);
        int body = end.getInt();
        int crc = end.getInt();
        int start = tail.length - END - body;
        if (end.getLong() != MAGIC || body <= 0 || start < 0 || crc(tail, start, body) != crc) {
            return null;
        }
        Trailer trailer = parse(ByteBuffer.wrap(tail, start, body));
        return trailer != null && trailer.size() == size - END - body ? trailer : null;
    }

    private static @Nullable Trailer parse(ByteBuffer in) {
        try {
            if (in.get() != VERSION) {
                return null;
            }
            CacheName.Group group = group((char) in.get());
            if (group == null) {
                return null;
            }
            CacheName name = new CacheName(group, new Tenant(text(in)), text(in), text(in));
            byte[] digest = new byte[32];
            in.get(digest);
            return new Trailer(name, Digest.of(digest), in.getLong(), in.getLong(), in.getLong(), bytes(in));
        } catch (BufferUnderflowException | SurfaceException e) {
            return null;
        }
    }

    private static CacheName.@Nullable Group group(char letter) {
        for (CacheName.Group group : CacheName.Group.values()) {
            if (group.letter() == letter) {
                return group;
            }
        }
        return null;
    }

    private static String text(ByteBuffer in) {
        return new String(bytes(in), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(ByteBuffer in) {
        byte[] bytes = new byte[Short.toUnsignedInt(in.getShort())];
        if (bytes.length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        in.get(bytes);
        return bytes;
    }
}
