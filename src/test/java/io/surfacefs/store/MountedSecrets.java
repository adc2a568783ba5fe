package io.surfacefs.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/**
 * A folder as the kubelet mounts a secret: each file is a link through {@code ..data}, which is a link to the folder of
 * the version that counts, and is replaced as a whole.
 */
public final class MountedSecrets {
    private final Path folder;
    private int versions;

    /** Makes the folder, with a first version. */
    public MountedSecrets(Path folder, Map<String, String> files) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        swap(files);
    }

    /** The folder. */
    public Path folder() {
        return folder;
    }

    /** Puts another version in place and drops the one before. */
    public void swap(Map<String, String> files) {
        try {
            Path version = Files.createDirectory(folder.resolve("..version-" + ++versions));
            for (Map.Entry<String, String> file : files.entrySet()) {
                Files.writeString(version.resolve(file.getKey()), file.getValue());
            }
            Path next = Files.createSymbolicLink(folder.resolve("..data_tmp"), version.getFileName());
            Files.move(next, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
            for (String name : files.keySet()) {
                if (!Files.isSymbolicLink(folder.resolve(name))) {
                    Files.createSymbolicLink(folder.resolve(name), Path.of("..data", name));
                }
            }
            Path before = folder.resolve("..version-" + (versions - 1));
            if (Files.exists(before)) {
                for (String name : files.keySet()) {
                    Files.deleteIfExists(before.resolve(name));
                }
                Files.delete(before);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
