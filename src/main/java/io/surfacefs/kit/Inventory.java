package io.surfacefs.kit;

import io.surfacefs.model.Tenant;
import java.io.IOException;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a kit has, by a first pass over its index, which is then known to be sound as a whole. To be closed.
 *
 * @param version 0 without an index
 * @param bytes of all files that it names
 */
record Inventory(long version, long entries, long bytes, SortedSet<Tenant> tenants, PathSet paths)
        implements AutoCloseable {
    static Inventory of(Kit kit) throws IOException {
        long entries = 0;
        long bytes = 0;
        SortedSet<Tenant> tenants = new TreeSet<>((a, b) -> a.value().compareTo(b.value()));
        PathSet paths = new PathSet();
        boolean read = false;
        try (Kit.Entries all = kit.entries(problem -> {})) {
            for (KitEntry entry = all.next(); entry != null; entry = all.next()) {
                entries++;
                bytes += entry.bytes();
                tenants.add(entry.key().tenant());
                paths.add(entry.manifestPath());
                String payload = entry.payloadPath();
                if (payload != null) {
                    paths.add(payload);
                }
                String signature = entry.signaturePath();
                if (signature != null) {
                    paths.add(signature);
                }
            }
            paths.freeze();
            Inventory inventory = new Inventory(all.version(), entries, bytes, tenants, paths);
            read = true;
            return inventory;
        } finally {
            if (!read) {
                paths.close();
            }
        }
    }

    /** Tells of what lies in the kit and doesn't belong there. */
    void strangers(Kit kit, Consumer<KitProblem> problems) throws IOException {
        kit.source()
                .walk(
                        path -> {
                            String why = path.startsWith(KitPaths.ROOT) ? stranger(kit, path) : null;
                            if (why != null) {
                                problems.accept(new KitProblem(KitFolder.shown(path), KitFault.REFUSED, why));
                            }
                        },
                        problems);
    }

    private @Nullable String stranger(Kit kit, String path) throws IOException {
        KitPaths.Part part = KitPaths.part(path);
        if (part == null) {
            return "no file of a kit";
        }
        boolean listed = part == KitPaths.Part.INDEX || part == KitPaths.Part.SIGNATURE || paths.contains(path);
        if (listed || (!kit.indexed() && part == KitPaths.Part.MANIFEST)) {
            return null; // of a manifest without an index it was told already what is wrong with it
        }
        if (kit.indexed()) {
            return "not in the index";
        }
        return part == KitPaths.Part.PAYLOAD ? "a payload without a manifest" : "a signature without a manifest";
    }

    @Override
    public void close() throws IOException {
        paths.close();
    }
}
