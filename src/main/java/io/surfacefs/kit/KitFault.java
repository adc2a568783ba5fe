package io.surfacefs.kit;

/** In which way something of a kit is not as it should be; the gravest first. */
public enum KitFault {
    /** A signature is missing where one is required, or is not valid. */
    SIGNATURE,
    /** Bytes are not what their digest says. */
    CHECKSUM,
    /** Refused: a path that leaves the kit, a link, an index that is none, an entry that contradicts itself. */
    REFUSED,
    /** Older than the kit that came in last. */
    NOT_MONOTONIC,
    /** A file is not there, or can't be read. */
    MISSING
}
