package io.surfacefs.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A folder store as it lies on the disk, by the layout that the contract fixes. */
final class StoreFolder {
    private static final int LOOKS = 20;

    private final Path root;

    /** @param root parent of the buckets */
    StoreFolder(Path root) {
        this.root = root;
    }

    /** The store of a server with shipped defaults. */
    static StoreFolder of(SurfaceProcess server) {
        return new StoreFolder(server.home().resolve("store"));
    }

    /** The file of a payload, of the tests' tenant. */
    Path payload(String kind, String digest) {
        String hex = digest.substring("sha256:".length());
        return root.resolve("surface-cache/tenants/" + Rest.TENANT + "/" + kind + "/sha256/" + hex.substring(0, 2) + "/"
                + hex.substring(2, 4) + "/" + hex + "/payload.json.zst");
    }

    /** The file of an artefact's manifest. */
    Path manifest(String kind, String digest) {
        String hex = digest.substring("sha256:".length());
        return root.resolve("surface-manifests/tenants/" + Rest.TENANT + "/" + kind + "/" + hex.substring(0, 2) + "/"
                + hex + ".json");
    }

    /** All files of payloads. */
    List<Path> payloads() {
        return files(root.resolve("surface-cache"), Integer.MAX_VALUE, "payload.json.zst");
    }

    /** The digest that the place of a payload's file stands for. */
    static String digest(Path payload) {
        return "sha256:" + payload.getParent().getFileName();
    }

    /** The segments of the journal. */
    List<Path> journal() {
        return files(root.resolve("journal"), 1, ".journal");
    }

    /** The folders of processes' temporary files. */
    List<Path> runs() {
        try (Stream<Path> entries = Files.list(root.resolve("tmp"))) {
            return entries.filter(entry -> entry.getFileName().toString().startsWith("run-"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What lies in the folders of temporary files, but the files that only say who lives. */
    List<Path> temporary() {
        return runs().stream()
                .flatMap(run -> files(run, 1, "").stream())
                .filter(file -> !file.endsWith("alive"))
                .toList();
    }

    /** A name that goes while we look is what these tests wait for, so a look may have to be repeated. */
    private static List<Path> files(Path folder, int depth, String end) {
        for (int attempt = 0; ; attempt++) {
            if (!Files.exists(folder)) {
                return List.of();
            }
            try (Stream<Path> files = Files.walk(folder, depth)) {
                return files.filter(file -> file.toString().endsWith(end) && Files.isRegularFile(file))
                        .toList();
            } catch (IOException e) {
                if (attempt == LOOKS) {
                    throw new UncheckedIOException(e);
                }
            } catch (UncheckedIOException e) {
                if (attempt == LOOKS) {
                    throw e;
                }
            }
        }
    }
}
