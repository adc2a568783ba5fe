package io.surfacefs.app;

import io.surfacefs.config.Finding;
import io.surfacefs.config.Setting;
import io.surfacefs.config.Settings;
import io.surfacefs.config.SurfaceConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether the folders that the program writes to are apart from each other, and whether what they may grow to fits the
 * disks that they are on. Changes nothing.
 */
final class FolderChecks {
    private static final String STORE = "surface.store.root";
    private static final String INTAKE = "surface.intake.root";

    /**
     * A folder that is written to.
     *
     * @param quota how much of it there may be; null where nobody says
     */
    record Place(String property, Path folder, @Nullable Setting<Long> quota) {}

    /** A file system. */
    record Volume(Object id, long size) {}

    /** Which file systems there are. */
    @FunctionalInterface
    interface Volumes {
        /** That of a folder which is there. */
        Volume of(Path folder) throws IOException;
    }

    private FolderChecks() {}

    static void run(SurfaceConfig config, List<Finding> findings) {
        run(config, FolderChecks::volume, findings);
    }

    static void run(SurfaceConfig config, Volumes volumes, List<Finding> findings) {
        List<Place> places = places(config);
        if (!config.get(Settings.ALLOW_NESTED_FOLDERS)) {
            checkApart(places, findings);
        }
        if (isStoresIntake(config)) {
            places.add(new Place(INTAKE, config.storeRoot(), Settings.INTAKE_QUOTA));
        }
        checkQuotas(config, places, volumes, findings);
    }

    /** Those that somebody could put into each other, the store first. */
    private static List<Place> places(SurfaceConfig config) {
        List<Place> places = new ArrayList<>();
        if (config.get(Settings.STORE_TYPE) == Settings.StoreType.FOLDER) {
            places.add(new Place(STORE, config.storeRoot(), null));
        }
        if (config.cacheType() == Settings.CacheType.DISK) {
            places.add(new Place("surface.cache.root", config.cacheRoot(), Settings.CACHE_QUOTA));
        }
        if (config.writesBehind()) {
            places.add(new Place("surface.spool.root", config.spoolRoot(), Settings.SPOOL_QUOTA));
        }
        if (!isStoresIntake(config)) {
            places.add(new Place(INTAKE, config.intakeRoot(), Settings.INTAKE_QUOTA));
        }
        return places;
    }

    /** Whether uploads land in the folder store's own place for them, by default or by name. */
    private static boolean isStoresIntake(SurfaceConfig config) {
        Path own = config.storeRoot().resolve("tmp");
        return config.get(Settings.STORE_TYPE) == Settings.StoreType.FOLDER
                && real(config.find(Settings.INTAKE_ROOT).orElse(own)).startsWith(real(own));
    }

    private static void checkApart(List<Place> places, List<Finding> findings) {
        for (int i = 0; i < places.size(); i++) {
            for (Place other : places.subList(i + 1, places.size())) {
                Place one = places.get(i);
                Path a = real(one.folder());
                Path b = real(other.folder());
                if (a.startsWith(b) || b.startsWith(a)) {
                    findings.add(Finding.error(
                            "SURFACE_UNSAFE",
                            one.property() + "=" + one.folder() + " and " + other.property() + "=" + other.folder()
                                    + (a.equals(b) ? " are one folder" : " lie one inside the other"),
                            "give each a folder of its own, or set " + Settings.ALLOW_NESTED_FOLDERS.name() + "=true"));
                }
            }
        }
    }

    private static void checkQuotas(SurfaceConfig config, List<Place> places, Volumes volumes, List<Finding> findings) {
        Map<Object, List<Place>> shared = new LinkedHashMap<>();
        Map<Object, Volume> known = new LinkedHashMap<>();
        for (Place place : places) {
            if (place.quota() != null) {
                try {
                    Volume volume = volumes.of(existing(place.folder()));
                    shared.computeIfAbsent(volume.id(), id -> new ArrayList<>()).add(place);
                    known.put(volume.id(), volume);
                } catch (IOException e) {
                    findings.add(Finding.warning(
                            "SURFACE_UNSAFE",
                            "the size of the disk of " + place.folder() + " can't be asked for",
                            "see that " + quota(place).name() + " is no larger"));
                }
            }
        }
        known.forEach((id, volume) -> checkQuotas(config, shared.getOrDefault(id, List.of()), volume.size(), findings));
    }

    /** Nobody chose a default: one that is too large is told, and what is full says so when it is. */
    private static void checkQuotas(SurfaceConfig config, List<Place> together, long size, List<Finding> findings) {
        List<Place> chosen =
                together.stream().filter(place -> config.isSet(quota(place))).toList();
        if (size <= 0) {
            return;
        }
        boolean allowed = config.get(Settings.ALLOW_QUOTA_BEYOND_DISK);
        if (sum(config, chosen) > size && !allowed) {
            findings.add(Finding.error(
                    "SURFACE_UNSAFE",
                    tooLarge(config, chosen, size),
                    "lower them, give them a larger disk, or set " + Settings.ALLOW_QUOTA_BEYOND_DISK.name()
                            + "=true"));
        } else if (sum(config, together) > size && !allowed) {
            findings.add(Finding.warning(
                    "SURFACE_UNSAFE",
                    tooLarge(config, together, size),
                    "set them to what the disk has; " + Settings.ALLOW_QUOTA_BEYOND_DISK.name()
                            + "=true keeps this silent"));
        }
    }

    private static Setting<Long> quota(Place place) {
        return Objects.requireNonNull(place.quota());
    }

    private static long sum(SurfaceConfig config, List<Place> places) {
        long sum = 0;
        for (Place place : places) {
            long more = config.get(quota(place));
            sum = more > Long.MAX_VALUE - sum ? Long.MAX_VALUE : sum + more;
        }
        return sum;
    }

    private static String tooLarge(SurfaceConfig config, List<Place> places, long size) {
        return places.stream()
                        .map(place -> quota(place).name() + "=" + config.get(quota(place)))
                        .collect(Collectors.joining(" and "))
                + " are more than the " + size + " bytes of the disk of "
                + places.getFirst().folder();
    }

    private static Volume volume(Path folder) throws IOException {
        long size = Files.getFileStore(folder).getTotalSpace();
        boolean unix = folder.getFileSystem().supportedFileAttributeViews().contains("unix");
        return new Volume(unix ? Files.getAttribute(folder, "unix:dev") : Files.getFileStore(folder), size);
    }

    /** The folder, or the nearest one above it that is there. */
    private static Path existing(Path folder) {
        Path there = folder.toAbsolutePath().normalize();
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        return there;
    }

    /** The folder without symbolic links, as far as it is there. */
    private static Path real(Path folder) {
        Path whole = folder.toAbsolutePath().normalize();
        Path there = existing(whole);
        try {
            return there.toRealPath().resolve(there.relativize(whole));
        } catch (IOException e) {
            return whole;
        }
    }
}
