package io.surfacefs.kit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.model.Timestamp;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads a kit's index entry by entry, strictly: an entry that names another path than its key's, comes twice or out of
 * order, or lacks something, makes the index broken, which is a {@link KitException} ({@code REFUSED}). Memory is
 * bounded by one entry. Not thread-safe; to be closed.
 */
final class IndexReader implements AutoCloseable {
    /** Images and scans of one entry. */
    private static final int MAX_NAMES = 100_000;

    private static final long MAX_INTEGER = (1L << 53) - 1;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxStringLength(4096)
                    .maxNameLength(256)
                    .maxNumberLength(32)
                    .build())
            .build();

    private final JsonParser parser;
    private boolean begun;
    private boolean entriesSeen;
    private boolean inEntries;
    private @Nullable String last;
    private @Nullable String schema;
    private @Nullable Timestamp generatedAt;
    private long version;

    /** @param in closed with this */
    IndexReader(InputStream in) throws IOException {
        this.parser = JSON.createParser(in);
    }

    /** The next entry, or null at the end; only then all of the index was read, and {@link #version} is known. */
    @Nullable KitEntry next() throws IOException {
        try {
            if (!begun) {
                begun = true;
                require(parser.nextToken() == JsonToken.START_OBJECT, "it is no JSON object");
            }
            while (!inEntries) {
                if (!member()) {
                    return null;
                }
            }
            if (token() == JsonToken.END_ARRAY) {
                inEntries = false;
                return next();
            }
            KitEntry entry = entry();
            String path = entry.manifestPath();
            if (last != null && path.compareTo(last) <= 0) {
                throw broken(
                        path.equals(last)
                                ? "it names " + path + " twice"
                                : "it is not sorted: " + path + " comes behind " + last);
            }
            last = path;
            return entry;
        } catch (JsonProcessingException e) {
            throw broken("it is no JSON: " + e.getOriginalMessage());
        } catch (SurfaceException e) {
            throw broken("an entry" + (last == null ? "" : " behind " + last) + " has a value that is none: "
                    + e.getMessage());
        }
    }

    /** Reads the next member of the index itself; false when there is none. */
    private boolean member() throws IOException {
        JsonToken token = token();
        if (token == JsonToken.END_OBJECT) {
            if (parser.nextToken() != null) {
                throw broken("something stands behind it");
            }
            requireComplete();
            return false;
        }
        if (token != JsonToken.FIELD_NAME) {
            throw broken("it ends early");
        }
        String name = parser.currentName();
        JsonToken value = token();
        switch (name) {
            case "entries" -> {
                require(value == JsonToken.START_ARRAY, "entries is no array");
                entriesSeen = true;
                inEntries = true;
            }
            case "schema" -> {
                require(value == JsonToken.VALUE_STRING, "schema is no text");
                schema = parser.getText();
            }
            case "generatedAt" -> {
                require(value == JsonToken.VALUE_STRING, "generatedAt is no text");
                generatedAt = new Timestamp(parser.getText());
            }
            case "kitVersion" -> version = integer(name, value);
            default -> parser.skipChildren();
        }
        return true;
    }

    private void requireComplete() throws KitException {
        require(IndexWriter.SCHEMA.equals(schema), "its schema is not " + IndexWriter.SCHEMA);
        require(entriesSeen, "it has no entries");
        require(generatedAt != null, "it has no generatedAt");
        require(version >= 1, "it has no kitVersion from 1");
    }

    private KitEntry entry() throws IOException {
        require(parser.currentToken() == JsonToken.START_OBJECT, "an entry is no object");
        Map<String, String> texts = new HashMap<>();
        Map<String, Long> sizes = new HashMap<>();
        Map<String, List<String>> lists = new HashMap<>();
        while (token() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = token();
            switch (value) {
                case VALUE_STRING -> texts.put(name, parser.getText());
                case VALUE_NUMBER_INT -> sizes.put(name, integer(name, value));
                case START_ARRAY -> lists.put(name, texts(name));
                default -> parser.skipChildren();
            }
        }
        require(parser.currentToken() == JsonToken.END_OBJECT, "it ends early");
        return entry(texts, sizes, lists);
    }

    private static KitEntry entry(Map<String, String> texts, Map<String, Long> sizes, Map<String, List<String>> lists)
            throws KitException {
        ArtefactKey key = new ArtefactKey(
                new Tenant(text(texts, "tenant")), new Kind(text(texts, "kind")), Digest.parse(text(texts, "digest")));
        String manifest = KitPaths.manifest(key);
        require(
                manifest.equals(text(texts, "manifestPath")),
                "manifestPath of " + key + " is not " + manifest + ", which is the only place for it");
        boolean scan = key.isScanManifest();
        Digest payload = null;
        if (scan) {
            require(
                    !texts.containsKey("payloadPath") && !texts.containsKey("payloadSha256"),
                    "the scan manifest " + key + " has a payload");
        } else {
            require(
                    KitPaths.payload(key).equals(text(texts, "payloadPath")),
                    "payloadPath of " + key + " is not " + KitPaths.payload(key) + ", which is the only place for it");
            payload = digest(text(texts, "payloadSha256"));
        }
        Digest signature = null;
        if (texts.containsKey("signaturePath") || texts.containsKey("signatureSha256")) {
            require(scan, "the artefact " + key + " has a signature beside its manifest");
            require(
                    KitPaths.signature(key).equals(text(texts, "signaturePath")),
                    "signaturePath of " + key + " is not " + KitPaths.signature(key)
                            + ", which is the only place for it");
            signature = digest(text(texts, "signatureSha256"));
        }
        return new KitEntry(
                key,
                digest(text(texts, "manifestSha256")),
                size(sizes, "manifestBytes"),
                payload,
                scan ? 0 : size(sizes, "payloadBytes"),
                names(lists, "images", Digest::parse),
                names(lists, "scans", ScanId::new),
                signature,
                signature == null ? 0 : size(sizes, "signatureBytes"));
    }

    /** With the algorithm in front, as this program writes it, or without. */
    private static Digest digest(String text) {
        return Digest.isValid(text) ? Digest.parse(text) : new Digest(text);
    }

    private List<String> texts(String name) throws IOException {
        List<String> texts = new ArrayList<>();
        while (token() != JsonToken.END_ARRAY) {
            require(parser.currentToken() == JsonToken.VALUE_STRING, name + " holds what is no text");
            require(texts.size() < MAX_NAMES, name + " holds more than " + MAX_NAMES);
            texts.add(parser.getText());
        }
        return texts;
    }

    private long integer(String name, JsonToken value) throws IOException {
        boolean fits = value == JsonToken.VALUE_NUMBER_INT
                && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                && parser.getLongValue() >= 0
                && parser.getLongValue() <= MAX_INTEGER;
        require(fits, name + " is no whole number from 0 to 2^53 - 1");
        return parser.getLongValue();
    }

    private static String text(Map<String, String> texts, String name) throws KitException {
        String text = texts.get(name);
        if (text == null) {
            throw broken("an entry has no " + name);
        }
        return text;
    }

    private static long size(Map<String, Long> sizes, String name) throws KitException {
        Long size = sizes.get(name);
        if (size == null) {
            throw broken("an entry has no " + name);
        }
        return size;
    }

    private static <T> List<T> names(Map<String, List<String>> lists, String name, Function<String, T> type) {
        return lists.getOrDefault(name, List.of()).stream().map(type).toList();
    }

    private JsonToken token() throws IOException {
        JsonToken token = parser.nextToken();
        if (token == null) {
            throw broken("it ends early");
        }
        return token;
    }

    /** Its version; known when {@link #next} has given null. */
    long version() {
        return version;
    }

    private static void require(boolean holds, String otherwise) throws KitException {
        if (!holds) {
            throw broken(otherwise);
        }
    }

    private static KitException broken(String why) {
        return new KitException(
                KitFault.REFUSED,
                "the kit's index is broken: " + why.replaceAll("\\p{Cntrl}", "?"),
                "nothing was taken from it; get the kit again",
                null);
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
