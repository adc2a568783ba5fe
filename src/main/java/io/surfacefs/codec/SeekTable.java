package io.surfacefs.codec;

/**
 * The seek table of zstd's seekable format (facebook/zstd, contrib/seekable_format, version 0.1.0): a skippable frame
 * behind all others with an entry for each, skippable ones included: stored size and raw size, 4 bytes each, then in
 * some tables the low 4 bytes of the raw bytes' XXH64. A footer of 9 bytes ends it: number of entries, descriptor,
 * magic.
 */
final class SeekTable {
    static final int FRAME_MAGIC = 0x184D2A5E;
    static final int MAGIC = 0x8F92EAB1;
    static final int HEADER = 8;
    static final int FOOTER = 9;
    static final int ENTRY = 8;
    static final int ENTRY_WITH_CHECKSUM = 12;

    /** Descriptor bit: entries have checksums. */
    static final int CHECKSUM_FLAG = 0x80;

    /** Descriptor bits that must be 0. */
    static final int RESERVED_BITS = 0x7C;

    /** Most entries of a table that is used: what 256 GiB have in blocks of 256 KiB. */
    static final int MAX_ENTRIES = 1 << 20;

    /** Largest frame, raw, that a table may speak of: what a reader must hold to decode it. */
    static final int MAX_RAW_FRAME = 1 << 20;

    /** Largest frame as stored; raw bytes that don't compress, and more than enough for headers. */
    static final int MAX_STORED_FRAME = MAX_RAW_FRAME + (64 << 10);

    private SeekTable() {}
}
