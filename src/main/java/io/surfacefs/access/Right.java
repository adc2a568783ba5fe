package io.surfacefs.access;

/** What a caller wants to do with a tenant's artefacts. */
public enum Right {
    /** GET, HEAD, lists, batches, prefetch. */
    READ,
    /** PUT and POST. */
    WRITE,
    /** DELETE. */
    DELETE,
    /** The operator's routes. */
    ADMIN
}
