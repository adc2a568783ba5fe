package io.surfacefs.store.fs;

import io.surfacefs.store.BlobKey;
import io.surfacefs.store.BlobSource;
import io.surfacefs.store.BlobStore;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a journal segment: records of {@code length:int, crc32c:int, body}, where a body is {@code count:short}
 * and for each object {@code bucket:byte, name:UTF (DataOutput), size:int, bytes}. A record is whole or it was never
 * acknowledged; behind the first one that is not whole nothing counts.
 */
final class JournalFormat {
    /** A record's largest body; what is larger doesn't go through the journal. */
    static final int MAX_RECORD = 8 << 20;

    private JournalFormat() {}

    static byte[] record(List<BlobStore.Put> puts) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeLong(0);
            out.writeShort(puts.size());
            for (BlobStore.Put put : puts) {
                byte[] content = ((BlobSource.Bytes) put.source()).bytes();
                byte[] name = put.key().name().getBytes(StandardCharsets.UTF_8);
                out.writeByte(put.key().bucket() == BlobKey.Bucket.CACHE ? 0 : 1);
                out.writeShort(name.length);
                out.write(name);
                out.writeInt(content.length);
                out.write(content);
            }
            byte[] record = bytes.toByteArray();
            CRC32C crc = new CRC32C();
            crc.update(record, 8, record.length - 8);
            putInt(record, 0, record.length - 8);
            putInt(record, 4, (int) crc.getValue());
            return record;
        } catch (IOException e) {
            throw new IllegalStateException(e); // memory only
        }
    }

    private static void putInt(byte[] target, int at, int value) {
        target[at] = (byte) (value >>> 24);
        target[at + 1] = (byte) (value >>> 16);
        target[at + 2] = (byte) (value >>> 8);
        target[at + 3] = (byte) value;
    }

    /** What to do with each record of a segment. */
    interface Visitor {
        void record(List<BlobStore.Put> puts) throws IOException;
    }

    /**
     * Reads a segment up to its end or its first record that is not whole.
     *
     * @param bytes no record beyond so many bytes is read
     */
    static void read(Path segment, long bytes, Visitor visitor) throws IOException {
        long left = bytes;
        try (InputStream file = Files.newInputStream(segment);
                DataInputStream in = new DataInputStream(new BufferedInputStream(file, 1 << 16))) {
            while (left > 0) {
                byte[] body = next(in);
                if (body == null) {
                    return;
                }
                left -= 8L + body.length;
                visitor.record(parse(new DataInputStream(new ByteArrayInputStream(body))));
            }
        }
    }

    private static byte @Nullable [] next(DataInputStream in) throws IOException {
        try {
            int length = in.readInt();
            int checksum = in.readInt();
            if (length < 2 || length > MAX_RECORD) {
                return null;
            }
            byte[] body = in.readNBytes(length);
            CRC32C crc = new CRC32C();
            crc.update(body);
            if (body.length != length || (int) crc.getValue() != checksum) {
                return null;
            }
            return body;
        } catch (EOFException e) {
            return null;
        }
    }

    private static List<BlobStore.Put> parse(DataInputStream in) throws IOException {
        int count = in.readUnsignedShort();
        List<BlobStore.Put> puts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            BlobKey.Bucket bucket = in.readUnsignedByte() == 0 ? BlobKey.Bucket.CACHE : BlobKey.Bucket.MANIFEST;
            String name = new String(in.readNBytes(in.readUnsignedShort()), StandardCharsets.UTF_8);
            byte[] content = in.readNBytes(in.readInt());
            puts.add(new BlobStore.Put(new BlobKey(bucket, name), new BlobSource.Bytes(content)));
        }
        return puts;
    }
}
