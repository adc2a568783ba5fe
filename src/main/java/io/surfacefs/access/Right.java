package io.surfacefs.access;

import java.util.Locale;

/** What a caller wants to do with a tenant's artefacts. */
public enum Right {
    /** GET, HEAD, lists, batches, prefetch. */
    READ,
    /** PUT and POST. */
    WRITE,
    /** DELETE. */
    DELETE,
    /** The operator's routes. */
    ADMIN;

    private final String scope = "surface." + name().toLowerCase(Locale.ROOT);

    /** The scope of a token that gives it: {@code surface.read} and so on. */
    public String scope() {
        return scope;
    }
}
