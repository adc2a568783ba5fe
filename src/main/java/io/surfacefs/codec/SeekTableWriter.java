package io.surfacefs.codec;

import java.util.Arrays;

/** Collects the seek table of frames that are being written: 8 bytes for each. One thread at a time. */
final class SeekTableWriter {
    private byte[] bytes = new byte[1024];
    private int length = SeekTable.HEADER;
    private int entries;

    /** Adds a frame. */
    void add(int storedSize, int rawSize) {
        if (entries == SeekTable.MAX_ENTRIES) {
            length = 0;
        }
        entries++;
        if (length == 0) {
            return;
        }
        room(SeekTable.ENTRY);
        LittleEndian.putInt(bytes, length, storedSize);
        LittleEndian.putInt(bytes, length + 4, rawSize);
        length += SeekTable.ENTRY;
    }

    /** {@return whether there are not more frames than a table is used for} */
    boolean usable() {
        return length > 0;
    }

    /**
     * The skippable frame, without checksums: every frame carries its own.
     *
     * @return bytes of exactly the frame's length
     */
    byte[] finish() {
        room(SeekTable.FOOTER);
        LittleEndian.putInt(bytes, 0, SeekTable.FRAME_MAGIC);
        LittleEndian.putInt(bytes, 4, length + SeekTable.FOOTER - SeekTable.HEADER);
        LittleEndian.putInt(bytes, length, entries);
        bytes[length + 4] = 0;
        LittleEndian.putInt(bytes, length + 5, SeekTable.MAGIC);
        return Arrays.copyOf(bytes, length + SeekTable.FOOTER);
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, bytes.length * 2);
        }
    }
}
