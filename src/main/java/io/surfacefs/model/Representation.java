package io.surfacefs.model;

/** In which form payload bytes travel. */
public enum Representation {
    /** The payload's own bytes. */
    IDENTITY,
    /** The stored zstd frames, untouched. */
    ZSTD
}
