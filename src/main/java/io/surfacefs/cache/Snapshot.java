package io.surfacefs.cache;

import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.store.Disk;
import io.surfacefs.store.PrivateFiles;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The index on disk: what objects there are, and their order. It says nothing that the objects' files don't say too but
 * the order of those that were read; so a lost, old or torn one costs recency and time, nothing else. Big-endian:
 *
 * <pre>
 * head     i64 "sfsindx1"
 * tenant   u8 1 | u8 length | name; numbered from 0 in their order
 * object   u8 2 | 16 bytes hash | i32 tenant | i64 file bytes | i32 expires | i64 order
 * end      u8 3 | i32 objects | i32 CRC32C of all before this line
 * </pre>
 */
final class Snapshot {
    /** The most bytes that an object takes. */
    static final int RECORD = 41;

    /** The most bytes that a tenant takes. */
    static final int MAX_TENANT = 66;

    private static final long MAGIC = 0x736673696e647831L;
    private static final int END = 9;
    private static final int BUFFER = 1 << 20;
    private static final byte TENANT = 1;
    private static final byte OBJECT = 2;
    private static final byte LAST = 3;

    /** Takes the objects of a snapshot, while it is written and while it is read. */
    @FunctionalInterface
    interface Sink {
        void record(NameHash hash, Tenant tenant, long size, int expires, long order);
    }

    private Snapshot() {}

    /** Writes the ledger's objects, page by page; puts and evictions go on between the pages. The file is synced. */
    static void write(Ledger ledger, Disk disk, Path file) throws IOException {
        try (Disk.OutFile out = disk.create(file)) {
            Writer writer = new Writer(out);
            for (int page = 0; ledger.copyPage(page, writer); page++) {
                writer.flush();
            }
            writer.end();
            out.sync();
        }
    }

    private static final class Writer implements Sink {
        private final Disk.OutFile out;
        private final CRC32C crc = new CRC32C();
        private final Map<Tenant, Integer> tenants = new HashMap<>();
        private final ByteBuffer buffer =
                ByteBuffer.allocate(Index.Page.SIZE * (RECORD + MAX_TENANT) + END + Long.BYTES);
        private int objects;

        Writer(Disk.OutFile out) {
            this.out = out;
            buffer.putLong(MAGIC);
        }

        @Override
        public void record(NameHash hash, Tenant tenant, long size, int expires, long order) {
            Integer number = tenants.get(tenant);
            if (number == null) {
                number = tenants.size();
                tenants.put(tenant, number);
                byte[] name = tenant.value().getBytes(StandardCharsets.UTF_8);
                buffer.put(TENANT).put((byte) name.length).put(name);
            }
            buffer.put(OBJECT).putLong(hash.high()).putLong(hash.low()).putInt(number);
            buffer.putLong(size).putInt(expires).putLong(order);
            objects++;
        }

        void flush() throws IOException {
            crc.update(buffer.array(), 0, buffer.position());
            out.write(buffer.array(), 0, buffer.position());
            buffer.clear();
        }

        void end() throws IOException {
            flush();
            buffer.put(LAST).putInt(objects).putInt((int) crc.getValue());
            out.write(buffer.array(), 0, buffer.position());
        }
    }

    /**
     * Reads a snapshot.
     *
     * @return false, with nothing given to the sink, when there is none, or it is not whole
     */
    static boolean read(Path file, Sink sink) throws IOException {
        try (FileChannel channel = PrivateFiles.read(file)) {
            if (!isWhole(channel)) {
                return false;
            }
            Reader reader = new Reader(channel);
            reader.need(Long.BYTES).getLong();
            reader.objects(sink);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static boolean isWhole(FileChannel channel) throws IOException {
        long body = channel.size() - END;
        if (body < Long.BYTES) {
            return false;
        }
        CRC32C crc = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        long magic = 0;
        for (long at = 0; at < body; ) {
            buffer.clear().limit((int) Math.min(BUFFER, body - at));
            readFully(channel, buffer, at);
            if (at == 0) {
                magic = buffer.getLong(0);
            }
            crc.update(buffer.array(), 0, buffer.limit());
            at += buffer.limit();
        }
        buffer.clear().limit(END);
        readFully(channel, buffer, body);
        buffer.flip();
        return magic == MAGIC
                && buffer.get() == LAST
                && buffer.getInt() >= 0
                && buffer.getInt() == (int) crc.getValue();
    }

    private static void readFully(FileChannel channel, ByteBuffer buffer, long position) throws IOException {
        long at = position;
        while (buffer.hasRemaining()) {
            int n = channel.read(buffer, at);
            if (n < 0) {
                throw new EOFException("the snapshot got shorter");
            }
            at += n;
        }
    }

    private static final class Reader {
        private final FileChannel channel;
        private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).limit(0);
        private final List<Tenant> tenants = new ArrayList<>();

        Reader(FileChannel channel) {
            this.channel = channel;
        }

        /** The buffer, with at least so many bytes in it. */
        ByteBuffer need(int bytes) throws IOException {
            if (buffer.remaining() < bytes) {
                buffer.compact();
                while (buffer.position() < bytes) {
                    if (channel.read(buffer) < 0) {
                        throw new EOFException("the snapshot ends early");
                    }
                }
                buffer.flip();
            }
            return buffer;
        }

        void objects(Sink sink) throws IOException {
            for (byte type = need(1).get(); type != LAST; type = need(1).get()) {
                if (type == TENANT) {
                    byte[] name = new byte[need(1).get()];
                    need(name.length).get(name);
                    tenants.add(tenant(new String(name, StandardCharsets.UTF_8)));
                } else {
                    ByteBuffer in = need(RECORD - 1);
                    NameHash hash = new NameHash(in.getLong(), in.getLong());
                    sink.record(hash, tenants.get(in.getInt()), in.getLong(), in.getInt(), in.getLong());
                }
            }
        }

        private static Tenant tenant(String name) throws IOException {
            try {
                return new Tenant(name);
            } catch (SurfaceException e) {
                throw new IOException("the snapshot names no tenant", e);
            }
        }
    }
}
