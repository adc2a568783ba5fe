package io.surfacefs.cache;

import java.io.IOException;
import java.nio.file.Path;

/** Another process, or another cache of this one, owns the folder. */
public final class CacheOwnedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String owner;

    CacheOwnedException(Path root, String owner) {
        super("the cache folder " + root + " is owned by " + owner);
        this.owner = owner;
    }

    /** Process number and host name of the owner, as it wrote them: {@code pid=N host=NAME}. */
    public String owner() {
        return owner;
    }
}
