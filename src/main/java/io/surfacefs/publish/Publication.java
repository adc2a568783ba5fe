package io.surfacefs.publish;

import io.surfacefs.codec.CanonicalJson;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.Tenant;
import io.surfacefs.model.Timestamp;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that is to be published of one image: a pure function of what was given, so that the same content becomes the
 * same manifest on every machine. Immutable.
 */
public final class Publication {
    private static final int SCAN_ID_DIGITS = 32;

    /**
     * What is said of the image and of who publishes.
     *
     * @param image null where the image is not there yet
     * @param scan null for one that is made of the content
     * @param generatedAt null for now
     */
    public record About(
            Tenant tenant,
            @Nullable Digest image,
            @Nullable ScanId scan,
            @Nullable Timestamp generatedAt,
            Origin origin) {}

    /**
     * Who publishes.
     *
     * @param attempt of the job, from 1; null where nobody counts
     */
    public record Origin(
            String component,
            @Nullable String version,
            @Nullable String workerInstance,
            @Nullable Long attempt) {}

    private final About about;
    private final List<CheckedFile> files;
    private final ScanId scan;

    /** @param checked several files of one kind and the same bytes count as one */
    public Publication(About about, List<CheckedFile> checked) {
        this.about = about;
        Map<ArtefactKey, CheckedFile> distinct = new LinkedHashMap<>();
        checked.stream()
                .sorted(Comparator.comparing((CheckedFile file) -> file.kind().kind())
                        .thenComparing(CheckedFile::digest))
                .forEach(file -> distinct.putIfAbsent(key(file), file));
        this.files = List.copyOf(distinct.values());
        this.scan = about.scan() == null ? contentScan() : about.scan();
    }

    private ScanId contentScan() {
        List<Object> content = new ArrayList<>();
        for (CheckedFile file : files) {
            content.add(Map.of(
                    "kind", file.kind().kind().value(), "digest", file.digest().toString()));
        }
        Map<String, Object> identity = new TreeMap<>(Map.of("artifacts", content));
        if (about.image() != null) {
            identity.put("imageDigest", about.image().toString());
        }
        Digest digest = ManifestCodec.digestOf(CanonicalJson.write(identity));
        return new ScanId("content-" + digest.hex().substring(0, SCAN_ID_DIGITS));
    }

    /** The files, each key once, in the order of the manifest. */
    public List<CheckedFile> files() {
        return files;
    }

    public ScanId scan() {
        return scan;
    }

    public About about() {
        return about;
    }

    /** The key under which a file is stored. */
    public ArtefactKey key(CheckedFile file) {
        return new ArtefactKey(about.tenant(), file.kind().kind(), file.digest());
    }

    /** What is known as the scanner of the artefacts: the component, and its version behind {@code @}. */
    String scannerBuild() {
        Origin origin = about.origin();
        return origin.version() == null ? origin.component() : origin.component() + "@" + origin.version();
    }

    /**
     * The scan manifest as it is sent. Without a given time it has no generatedAt, so that a second publication of the
     * same is answered with the first.
     */
    byte[] manifest() {
        Origin origin = about.origin();
        Map<String, Object> source = new TreeMap<>(Map.of("component", origin.component()));
        put(source, "version", origin.version());
        put(source, "workerInstance", origin.workerInstance());
        put(source, "attempt", origin.attempt());
        List<Object> artefacts = new ArrayList<>();
        for (CheckedFile file : files) {
            artefacts.add(new TreeMap<>(Map.of(
                    "kind", file.kind().kind().value(),
                    "digest", file.digest().toString(),
                    "uri", ObjectNames.payloadUri(key(file)),
                    "mediaType", file.kind().mediaType().value(),
                    "format", file.kind().format(),
                    "sizeBytes", file.size())));
        }
        Map<String, Object> manifest = new TreeMap<>(Map.of(
                "schema",
                ManifestCodec.SCHEMA,
                "tenant",
                about.tenant().value(),
                "scanId",
                scan.value(),
                "source",
                source,
                "artifacts",
                artefacts));
        put(
                manifest,
                "imageDigest",
                about.image() == null ? null : about.image().toString());
        put(
                manifest,
                "generatedAt",
                about.generatedAt() == null ? null : about.generatedAt().text());
        return CanonicalJson.write(manifest);
    }

    private static void put(Map<String, Object> target, String name, @Nullable Object value) {
        if (value != null) {
            target.put(name, value);
        }
    }
}
