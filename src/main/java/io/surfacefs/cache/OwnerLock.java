package io.surfacefs.cache;

import io.surfacefs.store.FolderOwnedException;
import io.surfacefs.store.FolderOwner;
import java.io.IOException;
import java.nio.file.Path;

/** The one process that owns a cache folder. */
record OwnerLock(FolderOwner owner) implements AutoCloseable {
    /** @throws CacheOwnedException when somebody has it */
    static OwnerLock take(Path root) throws IOException {
        try {
            return new OwnerLock(FolderOwner.take(root));
        } catch (FolderOwnedException e) {
            throw new CacheOwnedException(root, e.owner());
        }
    }

    @Override
    public void close() throws IOException {
        owner.close();
    }
}
