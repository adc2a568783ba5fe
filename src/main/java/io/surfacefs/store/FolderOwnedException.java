package io.surfacefs.store;

import java.io.IOException;
import java.nio.file.Path;

/** Another process, or another part of this one, owns a folder. */
public final class FolderOwnedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String owner;

    FolderOwnedException(Path root, String owner) {
        super("the folder " + root + " is owned by " + owner);
        this.owner = owner;
    }

    /** Process number and host name of the owner, as it wrote them: {@code pid=N host=NAME}. */
    public String owner() {
        return owner;
    }
}
