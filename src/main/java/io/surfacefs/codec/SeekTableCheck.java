package io.surfacefs.codec;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Finds out, while frames pass, whether the last of them is a seek table of which every entry is true. Keeps no
 * entries: it compares a digest over the entries that would be true with one over those that are there, so its memory
 * does not grow with the number of frames. A table's checksums are held against those of the frames; where a frame has
 * none, such a table does not count. One thread at a time.
 */
final class SeekTableCheck implements FrameListener {
    private final MessageDigest plain = Hashes.sha256();
    private final MessageDigest withChecksums = Hashes.sha256();
    private final byte[] entry = new byte[SeekTable.ENTRY_WITH_CHECKSUM];
    private final byte[] footer = new byte[SeekTable.FOOTER];
    private final MessageDigest claimed = Hashes.sha256();
    private long frames;
    private boolean bounded = true;
    private boolean checksumsKnown = true;
    private boolean candidate;
    private int entrySize;
    private long entryBytesLeft;
    private int footerLength;
    private boolean lastIsTrueTable;

    /** {@return whether the frames so far end in a true table that a reader may use} */
    boolean seekable() {
        return lastIsTrueTable && bounded;
    }

    @Override
    public void begin(FrameHeader header) {
        lastIsTrueTable = false;
        candidate = false;
        if (header.magic() != SeekTable.FRAME_MAGIC || frames == 0 || frames > SeekTable.MAX_ENTRIES) {
            return;
        }
        long entries = header.contentSize() - SeekTable.FOOTER;
        if (entries == frames * SeekTable.ENTRY) {
            entrySize = SeekTable.ENTRY;
        } else if (entries == frames * SeekTable.ENTRY_WITH_CHECKSUM) {
            entrySize = SeekTable.ENTRY_WITH_CHECKSUM;
        } else {
            return;
        }
        candidate = true;
        entryBytesLeft = entries;
        footerLength = 0;
        claimed.reset();
    }

    @Override
    public void skipped(byte[] bytes, int offset, int length) {
        if (candidate) {
            int ofEntries = (int) Math.min(entryBytesLeft, length);
            claimed.update(bytes, offset, ofEntries);
            entryBytesLeft -= ofEntries;
            System.arraycopy(bytes, offset + ofEntries, footer, footerLength, length - ofEntries);
            footerLength += length - ofEntries;
        }
    }

    @Override
    public void end(FrameHeader header, long storedSize, long rawSize, int lastBytes) {
        lastIsTrueTable = candidate && isTrue();
        frames++;
        boolean tooLarge = header.skippable()
                ? storedSize > 0xFFFF_FFFFL
                : storedSize > SeekTable.MAX_STORED_FRAME || rawSize > SeekTable.MAX_RAW_FRAME;
        bounded &= !tooLarge;
        if (!bounded) {
            return;
        }
        checksumsKnown &= header.checksum() || header.skippable();
        LittleEndian.putInt(entry, 0, (int) storedSize);
        LittleEndian.putInt(entry, 4, (int) rawSize);
        LittleEndian.putInt(entry, 8, header.skippable() ? 0 : lastBytes);
        plain.update(entry, 0, SeekTable.ENTRY);
        withChecksums.update(entry, 0, SeekTable.ENTRY_WITH_CHECKSUM);
    }

    private boolean isTrue() {
        int descriptor = footer[4];
        boolean checksums = entrySize == SeekTable.ENTRY_WITH_CHECKSUM;
        return LittleEndian.getInt(footer, 0) == frames
                && (descriptor & SeekTable.RESERVED_BITS) == 0
                && ((descriptor & SeekTable.CHECKSUM_FLAG) != 0) == checksums
                && LittleEndian.getInt(footer, 5) == SeekTable.MAGIC
                && (checksumsKnown || !checksums)
                && Arrays.equals(claimed.digest(), soFar(checksums ? withChecksums : plain));
    }

    private static byte[] soFar(MessageDigest digest) {
        try {
            return ((MessageDigest) digest.clone()).digest();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("this SHA-256 can't be cloned", e);
        }
    }
}
