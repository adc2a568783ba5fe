package io.surfacefs.codec;

import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Walks the seek table at the end of stored bytes. Holds at most 8 KiB of it at a time. One thread at a time. */
final class SeekTableCursor {
    /**
     * One frame, as the table has it.
     *
     * @param index its place in the table, from 0
     * @param storedOffset where its stored bytes begin
     * @param storedSize how many they are
     * @param rawOffset where its raw bytes begin
     * @param rawSize how many they are; 0 for skippable and empty frames
     */
    record Frame(int index, long storedOffset, long storedSize, long rawOffset, int rawSize) {}

    private static final int BUFFERED_ENTRIES = 682;

    private final StoredBytes stored;
    private final long tableOffset;
    private final int entries;
    private final int entrySize;
    private byte @Nullable [] buffer;
    private int bufferFrom;
    private int bufferTo;
    private int index;
    private long storedOffset;
    private long rawOffset;

    private SeekTableCursor(StoredBytes stored, long tableOffset, int entries, int entrySize) {
        this.stored = stored;
        this.tableOffset = tableOffset;
        this.entries = entries;
        this.entrySize = entrySize;
    }

    /**
     * Opens the table, checks it against the sizes, and stands before the frame that holds the byte at an offset.
     *
     * @throws SurfaceException {@code CORRUPT_OBJECT} when there is no table or its sums are wrong
     */
    static SeekTableCursor open(StoredBytes stored, StoredPayload payload, long offset) throws IOException {
        byte[] footer = new byte[SeekTable.FOOTER];
        if (stored.size() < SeekTable.HEADER + SeekTable.FOOTER) {
            throw broken();
        }
        StoredInput.readFully(stored, stored.size() - SeekTable.FOOTER, footer, 0, SeekTable.FOOTER);
        int entries = LittleEndian.getInt(footer, 0);
        if (LittleEndian.getInt(footer, 5) != SeekTable.MAGIC
                || (footer[4] & SeekTable.RESERVED_BITS) != 0
                || entries < 1
                || entries > SeekTable.MAX_ENTRIES) {
            throw broken();
        }
        int entrySize = (footer[4] & SeekTable.CHECKSUM_FLAG) != 0 ? SeekTable.ENTRY_WITH_CHECKSUM : SeekTable.ENTRY;
        long frameSize = (long) entries * entrySize + SeekTable.FOOTER;
        long tableOffset = stored.size() - frameSize - SeekTable.HEADER;
        if (tableOffset < 0) {
            throw broken();
        }
        byte[] header = new byte[SeekTable.HEADER];
        StoredInput.readFully(stored, tableOffset, header, 0, SeekTable.HEADER);
        if (LittleEndian.getInt(header, 0) != SeekTable.FRAME_MAGIC || LittleEndian.getInt(header, 4) != frameSize) {
            throw broken();
        }
        SeekTableCursor cursor = new SeekTableCursor(stored, tableOffset, entries, entrySize);
        cursor.stand(payload.rawSize(), offset);
        return cursor;
    }

    private void stand(long rawSize, long offset) throws IOException {
        Frame found = null;
        for (Frame frame = next(); frame != null; frame = next()) {
            if (found == null && offset < frame.rawOffset() + frame.rawSize()) {
                found = frame;
            }
        }
        if (storedOffset != tableOffset || rawOffset != rawSize) {
            throw broken();
        }
        if (found != null) {
            rewind(found);
        }
    }

    /** {@return the next frame, or null behind the last} */
    @Nullable Frame next() throws IOException {
        if (index == entries) {
            return null;
        }
        byte[] bytes = buffer;
        if (bytes == null || index < bufferFrom || index >= bufferTo) {
            bytes = fill();
        }
        int at = (index - bufferFrom) * entrySize;
        long storedSize = LittleEndian.getUnsigned(bytes, at, 4);
        long rawSize = LittleEndian.getUnsigned(bytes, at + 4, 4);
        if (rawSize > SeekTable.MAX_RAW_FRAME || (rawSize > 0 && storedSize > SeekTable.MAX_STORED_FRAME)) {
            throw broken();
        }
        Frame frame = new Frame(index, storedOffset, storedSize, rawOffset, (int) rawSize);
        index++;
        storedOffset += storedSize;
        rawOffset += rawSize;
        return frame;
    }

    private byte[] fill() throws IOException {
        byte[] bytes = buffer;
        if (bytes == null) {
            bytes = new byte[Math.min(entries, BUFFERED_ENTRIES) * entrySize];
            buffer = bytes;
        }
        bufferFrom = index;
        bufferTo = Math.min(entries, index + bytes.length / entrySize);
        StoredInput.readFully(
                stored,
                tableOffset + SeekTable.HEADER + (long) bufferFrom * entrySize,
                bytes,
                0,
                (bufferTo - bufferFrom) * entrySize);
        return bytes;
    }

    /**
     * Where the stored bytes of a frame and of those behind it end that hold raw bytes before an offset, as far as the
     * part of the table tells that is held now.
     *
     * @param frame was given last
     */
    long storedEnd(Frame frame, long rawEnd) {
        byte[] bytes = buffer;
        long stored = storedOffset;
        long raw = rawOffset;
        for (int i = frame.index() + 1; bytes != null && i < bufferTo && raw < rawEnd; i++) {
            int at = (i - bufferFrom) * entrySize;
            stored += LittleEndian.getUnsigned(bytes, at, 4);
            raw += LittleEndian.getUnsigned(bytes, at + 4, 4);
        }
        return Math.min(stored, tableOffset);
    }

    /** Stands before a frame that was given earlier. */
    void rewind(Frame frame) {
        index = frame.index();
        storedOffset = frame.storedOffset();
        rawOffset = frame.rawOffset();
    }

    /** Lets go of the buffered part of the table; the next step reads it again. */
    void release() {
        buffer = null;
    }

    private static SurfaceException broken() {
        return ZstdFrames.corrupt("the seek table of the stored bytes does not agree with them");
    }
}
