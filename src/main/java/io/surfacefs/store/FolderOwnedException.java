package io.surfacefs.store;

import java.io.IOException;
import java.nio.file.Path;

/** Another process, or another part of this one, owns a folder. */
public final class FolderOwnedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Path root;
    private final String owner;

    FolderOwnedException(Path root, String owner) {
        super("the folder " + root + " is owned by " + owner);
        this.root = root;
        this.owner = owner;
    }

    /** The folder, as its taker named it. */
    public Path root() {
        return root;
    }

    /** Process number and host name of the owner, as it wrote them: {@code pid=N host=NAME}. */
    public String owner() {
        return owner;
    }
}
