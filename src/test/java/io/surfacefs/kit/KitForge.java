package io.surfacefs.kit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.surfacefs.codec.CanonicalJson;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.model.ArtefactKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** A kit that somebody tampers with: its files, and what is done when they are written. */
final class KitForge {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The files, by their paths. */
    final Map<String, byte[]> files = new TreeMap<>();
    /** The artefact that is tampered with. */
    final ArtefactKey target;

    /** Done to the folder, once it is written. */
    Consumer<Path> toFolder = folder -> {};
    /** Written into the tar behind the files. */
    TarWork toTar = tar -> {};
    /** Done to the bytes of the tar. */
    java.util.function.UnaryOperator<byte[]> toTarBytes = bytes -> bytes;

    /** Writes to a tar. */
    interface TarWork {
        void to(TarArchiveOutputStream tar) throws IOException;
    }

    KitForge(Map<String, byte[]> good, ArtefactKey target) {
        good.forEach((path, bytes) -> files.put(path, bytes.clone()));
        this.target = target;
    }

    String payload() {
        return KitPaths.payload(target);
    }

    String manifest() {
        return KitPaths.manifest(target);
    }

    /** Flips a bit; a negative place counts from the end. */
    void flip(String path, int at) {
        byte[] bytes = files.get(path);
        bytes[at < 0 ? bytes.length + at : at] ^= 1;
    }

    void put(String path, String text) {
        files.put(path, text.getBytes(StandardCharsets.UTF_8));
    }

    String text(String path) {
        return new String(files.get(path), StandardCharsets.UTF_8);
    }

    void editIndex(Consumer<ObjectNode> change) {
        edit(KitPaths.INDEX, change);
    }

    /** Changes the target's entry of the index. */
    void editEntry(Consumer<ObjectNode> change) {
        editIndex(index -> {
            for (JsonNode entry : index.get("entries")) {
                if (entry.get("manifestPath").asText().equals(manifest())) {
                    change.accept((ObjectNode) entry);
                    return;
                }
            }
            throw new AssertionError("no such entry");
        });
    }

    /** Changes the target's manifest and makes the index agree with it. */
    void editManifest(Consumer<ObjectNode> change) {
        edit(manifest(), change);
        follow();
    }

    private void edit(String path, Consumer<ObjectNode> change) {
        try {
            ObjectNode tree = (ObjectNode) JSON.readTree(files.get(path));
            change.accept(tree);
            byte[] json = JSON.writeValueAsBytes(tree);
            boolean manifest = !path.equals(KitPaths.INDEX);
            files.put(path, manifest ? CanonicalJson.write(CanonicalJson.parse(json, json.length)) : json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes the index say what the target's files are now. */
    void follow() {
        editEntry(entry -> {
            entry.put(
                    "manifestSha256",
                    ManifestCodec.digestOf(files.get(manifest())).toString());
            entry.put("manifestBytes", files.get(manifest()).length);
            byte[] payload = files.get(payload());
            if (payload != null) {
                entry.put("payloadSha256", ManifestCodec.digestOf(payload).toString());
                entry.put("payloadBytes", payload.length);
            }
        });
    }

    /** Makes manifest and index say that the payload file is what it ought to be. */
    void followPayload() {
        byte[] payload = files.get(payload());
        editManifest(manifest -> {
            ObjectNode storage = (ObjectNode) manifest.get("storage");
            storage.put("sha256", ManifestCodec.digestOf(payload).toString());
            storage.put("sizeBytes", payload.length);
        });
    }

    Path folder(Path place) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = place.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
        toFolder.accept(place);
        return place;
    }

    Path tar(Path place) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                add(tar, file.getKey(), file.getValue());
            }
            toTar.to(tar);
        }
        return Files.write(place, toTarBytes.apply(out.toByteArray()));
    }

    static void add(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    /** Adds what is no file, with what stands behind its header. */
    static void add(TarArchiveOutputStream tar, String name, byte type, byte[] content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    static void add(TarArchiveOutputStream tar, String name, byte type, String link) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
        entry.setLinkName(link);
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
    }
}
