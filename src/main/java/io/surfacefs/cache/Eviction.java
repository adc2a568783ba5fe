package io.surfacefs.cache;

/** In which order objects go when room is needed. */
public enum Eviction {
    /** Oldest first, but one that was read since goes to the end of the line once. */
    SECOND_CHANCE,
    /** Oldest first, whether read or not. */
    FIFO,
    /** The one that was not read for longest. */
    LRU
}
