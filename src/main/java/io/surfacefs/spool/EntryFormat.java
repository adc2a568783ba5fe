package io.surfacefs.spool;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/**
 * An entry's file.
 *
 * <pre>
 * "SFSPOOL" 1                          8 bytes
 * length of head, of manifest          4 bytes each, big-endian
 * length of the payload in this file   8 bytes
 * CRC-32C of all that, head, manifest  4 bytes
 * head | manifest | payload
 * </pre>
 *
 * The payload is checked against its SHA-256, which stands in the head, when it is first needed.
 */
final class EntryFormat {
    private static final long MAGIC = 0x5346_5350_4f4f_4c01L;
    private static final int LENGTHS = 24;
    private static final int FIXED = LENGTHS + 4;
    private static final int MAX_MANIFEST = 64 << 20;

    private EntryFormat() {}

    /** Where the parts of an entry lie in its file. */
    record Layout(int head, int manifest, long payload) {
        long manifestAt() {
            return FIXED + (long) head;
        }

        long payloadAt() {
            return manifestAt() + manifest;
        }

        long size() {
            return payloadAt() + payload;
        }
    }

    /** All but the payload. */
    static byte[] front(byte[] head, byte[] manifest, long payload) {
        byte[] front = new byte[FIXED + head.length + manifest.length];
        ByteBuffer out = ByteBuffer.wrap(front);
        out.putLong(MAGIC).putInt(head.length).putInt(manifest.length).putLong(payload);
        CRC32C crc = new CRC32C();
        crc.update(front, 0, LENGTHS);
        crc.update(head);
        crc.update(manifest);
        out.putInt((int) crc.getValue()).put(head).put(manifest);
        return front;
    }

    /** What the front of a file says. */
    record Front(Head head, Layout layout, byte[] manifest) {}

    /**
     * Reads the front of a file.
     *
     * @throws SurfaceException {@code CORRUPT_OBJECT} when it isn't whole
     */
    static Front read(FileChannel file) throws IOException {
        byte[] front = read(file, 0, FIXED);
        ByteBuffer fixed = ByteBuffer.wrap(front);
        boolean ours = fixed.getLong() == MAGIC;
        Layout layout = new Layout(fixed.getInt(), fixed.getInt(), fixed.getLong());
        if (!ours
                || layout.head <= 0
                || layout.head > Head.MAX_BYTES
                || layout.manifest < 0
                || layout.manifest > MAX_MANIFEST
                || layout.payload < 0
                || layout.size() != file.size()) {
            throw corrupt();
        }
        byte[] head = read(file, FIXED, layout.head);
        byte[] manifest = read(file, layout.manifestAt(), layout.manifest);
        CRC32C crc = new CRC32C();
        crc.update(front, 0, LENGTHS);
        crc.update(head);
        crc.update(manifest);
        if (fixed.getInt() != (int) crc.getValue()) {
            throw corrupt();
        }
        return new Front(Head.read(head), layout, manifest);
    }

    private static byte[] read(FileChannel file, long position, int length) throws IOException {
        byte[] read = new byte[length];
        ByteBuffer bytes = ByteBuffer.wrap(read);
        while (bytes.hasRemaining()) {
            if (file.read(bytes, position + bytes.position()) < 0) {
                throw corrupt();
            }
        }
        return read;
    }

    private static SurfaceException corrupt() {
        return new SurfaceException(ErrorCode.CORRUPT_OBJECT, "an entry of the spool is damaged");
    }
}
