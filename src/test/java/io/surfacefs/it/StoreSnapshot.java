package io.surfacefs.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;

/** What lies in the buckets of a server's folder store: names, sizes and times of change. */
final class StoreSnapshot {
    private StoreSnapshot() {}

    static Map<String, String> of(SurfaceProcess server) {
        Map<String, String> files = new TreeMap<>();
        Path root = server.home().resolve("store");
        for (String bucket : new String[] {"surface-cache", "surface-manifests"}) {
            Path folder = root.resolve(bucket);
            if (!Files.exists(folder)) {
                continue;
            }
            try {
                Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes facts) {
                        files.put(root.relativize(file).toString(), facts.size() + " " + facts.lastModifiedTime());
                        return FileVisitResult.CONTINUE;
                    }
                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return files;
    }
}
