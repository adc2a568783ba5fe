package io.surfacefs.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A manifest as a Surface.FS answered it: its RFC 8785 bytes, of which nothing is lost, and its scalar members by path.
 * Immutable.
 */
public final class ManifestDocument {
    private static final JsonFactory JSON = new JsonFactory();

    private final byte[] json;
    private final Digest digest;
    private final ArtefactKey key;
    private final Map<String, String> members;
    private final byte @Nullable [] signatures;

    private ManifestDocument(
            byte[] json, Digest digest, ArtefactKey key, Map<String, String> members, byte @Nullable [] signatures) {
        this.json = json;
        this.digest = digest;
        this.key = key;
        this.members = members;
        this.signatures = signatures;
    }

    /**
     * Reads a manifest of either shape.
     *
     * @throws SurfaceException {@code INVALID_MANIFEST} when it is no manifest
     */
    static ManifestDocument read(byte[] json) {
        Map<String, String> members = new HashMap<>();
        boolean scan;
        try (JsonParser parser = JSON.createParser(json)) {
            scan = collect(parser, members);
        } catch (IOException e) {
            throw new SurfaceException(ErrorCode.INVALID_MANIFEST, "the service's answer is no manifest", null, e);
        }
        Digest digest = Digests.of(json);
        String tenant = members.get("tenant");
        String kind = scan ? Kind.SURFACE_MANIFEST.value() : members.get("kind");
        String payload = scan ? digest.toString() : members.get("digest");
        if (tenant == null || kind == null || payload == null) {
            throw new SurfaceException(ErrorCode.INVALID_MANIFEST, "the service's answer is no manifest");
        }
        ArtefactKey key = new ArtefactKey(new Tenant(tenant), new Kind(kind), Digest.parse(payload));
        return new ManifestDocument(json, digest, key, Map.copyOf(members), null);
    }

    /**
     * As {@link #read(byte[])}, for an answer to a question about one key.
     *
     * @throws SurfaceException {@code CORRUPT_OBJECT} when it is another key's manifest
     */
    static ManifestDocument read(byte[] json, ArtefactKey asked) {
        ManifestDocument manifest = read(json);
        if (!manifest.key.equals(asked)) {
            throw new SurfaceException(
                    ErrorCode.CORRUPT_OBJECT, "asked for " + asked + " the service answered " + manifest.key);
        }
        return manifest;
    }

    /** Collects scalar members; array elements are passed over. Says whether this is a scan manifest. */
    private static boolean collect(JsonParser parser, Map<String, String> members) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new IOException("not an object");
        }
        boolean scan = false;
        Deque<String> path = new ArrayDeque<>();
        path.addLast("");
        while (!path.isEmpty()) {
            JsonToken token = parser.nextToken();
            if (token == null) {
                throw new IOException("ends early");
            }
            if (token == JsonToken.END_OBJECT) {
                path.removeLast();
            } else if (token == JsonToken.START_OBJECT) {
                path.addLast(path.getLast() + parser.currentName() + ".");
            } else if (token == JsonToken.START_ARRAY) {
                scan |= path.size() == 1 && "artifacts".equals(parser.currentName());
                parser.skipChildren();
            } else if (token.isScalarValue() && token != JsonToken.VALUE_NULL) {
                members.put(path.getLast() + parser.currentName(), parser.getText());
            }
        }
        return scan;
    }

    /** The same document with who signed it; null or empty for nobody. */
    ManifestDocument signed(byte @Nullable [] beside) {
        return beside == null || beside.length == 0 ? this : new ManifestDocument(json, digest, key, members, beside);
    }

    /**
     * Who signed a scan manifest: a DSSE envelope as JSON without its payload, which follows from the manifest. Null
     * where nobody did, in a list, and for an artefact's manifest, which says so itself. Not a copy.
     */
    public byte @Nullable [] signatures() {
        return signatures;
    }

    /** The RFC 8785 bytes. Not a copy: callers don't write to it. */
    public byte[] json() {
        return json;
    }

    /** The RFC 8785 form as text. */
    public String text() {
        return new String(json, StandardCharsets.UTF_8);
    }

    /** The manifest digest. */
    public Digest digest() {
        return digest;
    }

    /** The key; of a scan manifest kind {@code surface.manifest} and {@link #digest()}. */
    public ArtefactKey key() {
        return key;
    }

    /**
     * A scalar member that is no element of an array, like {@code storage.sizeBytes}; null where it is absent or null.
     */
    public @Nullable String member(String path) {
        return members.get(path);
    }

    @Override
    public String toString() {
        return key + " (manifest " + digest + ")";
    }
}
