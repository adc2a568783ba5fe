package io.surfacefs.codec;

/** Is told what frames a stream consists of, as they pass. */
interface FrameListener {
    /** A header was read and found decodable. */
    default void begin(FrameHeader header) {}

    /** Some bytes of a skippable frame, behind its header. */
    default void skipped(byte[] bytes, int offset, int length) {}

    /**
     * A frame has passed.
     *
     * @param storedSize its bytes with header and checksum
     * @param rawSize what it decoded to, 0 for a skippable frame
     * @param lastBytes its last four bytes as a number: its checksum, if it has one
     */
    default void end(FrameHeader header, long storedSize, long rawSize, int lastBytes) {}
}
