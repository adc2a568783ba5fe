package io.surfacefs.grpc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.surfacefs.grpc.v1.BatchGetManifestsResponse;
import io.surfacefs.grpc.v1.Encoding;
import io.surfacefs.grpc.v1.Integrity;
import io.surfacefs.grpc.v1.Key;
import io.surfacefs.grpc.v1.ListIndexResponse;
import io.surfacefs.grpc.v1.PayloadInfo;
import io.surfacefs.grpc.v1.Source;
import io.surfacefs.grpc.v1.Storage;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.Digest;
import io.surfacefs.model.IndexEntry;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.Representation;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.service.ArtefactService;
import io.surfacefs.service.ItemKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** From the model's types to messages. */
final class Answers {
    private static final String SCHEMA = "stellaops.surface.manifest@1";

    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .build();

    private Answers() {}

    static Key key(ItemKey key) {
        return Key.newBuilder()
                .setKind(key.kind().value())
                .setDigest(key.digest().toString())
                .build();
    }

    /** A manifest of either shape, as its RFC 8785 form and the typed fields that it has. */
    static io.surfacefs.grpc.v1.ArtefactManifest manifest(Manifest manifest) {
        io.surfacefs.grpc.v1.ArtefactManifest.Builder answer = io.surfacefs.grpc.v1.ArtefactManifest.newBuilder()
                .setSchema(SCHEMA)
                .setTenant(manifest.key().tenant().value())
                .setKind(manifest.key().kind().value())
                .setDigest(manifest.key().digest().toString())
                .setJsonBytes(json(manifest));
        if (manifest.expiresAt() != null) {
            answer.setExpiresAt(manifest.expiresAt().text());
        }
        return switch (manifest) {
            case ArtefactManifest artefact ->
                answer.setCreatedAt(artefact.createdAt().text())
                        .setSource(source(artefact.source()))
                        .setStorage(storage(artefact))
                        .setIntegrity(integrity(artefact))
                        .build();
            case ScanManifest scan ->
                (scan.signatures() == null ? answer : answer.setSignaturesBytes(signatures(scan)))
                        .setCreatedAt(scan.generatedAt().text())
                        .setSource(source(new io.surfacefs.model.Source(null, scan.imageDigest(), scan.scanId())))
                        .build();
        };
    }

    /** Who signed a scan manifest; empty where nobody did. */
    static ByteString signatures(ScanManifest manifest) {
        return manifest.signatures() == null
                ? ByteString.EMPTY
                : UnsafeByteOperations.unsafeWrap(manifest.signatures());
    }

    static ListIndexResponse index(ArtefactService.IndexResult page) {
        ListIndexResponse.Builder answer = ListIndexResponse.newBuilder();
        for (IndexEntry entry : page.entries()) {
            ListIndexResponse.Entry.Builder one = answer.addEntriesBuilder()
                    .setKind(entry.key().kind().value())
                    .setDigest(entry.key().digest().toString());
            if (entry.scan() != null) {
                one.setScanId(entry.scan().value());
            } else {
                one.setImageDigest(String.valueOf(entry.image()));
            }
        }
        return answer.setNextAfter(page.next() == null ? "" : page.next()).build();
    }

    /** The RFC 8785 form, not copied: it is never written to. */
    static ByteString json(Manifest manifest) {
        return UnsafeByteOperations.unsafeWrap(manifest.canonical());
    }

    /** The pointer to a scan manifest. */
    static String uri(ScanManifest manifest) {
        return ObjectNames.manifestUri(manifest.key());
    }

    static BatchGetManifestsResponse item(ArtefactService.BatchItem item) {
        BatchGetManifestsResponse.Builder answer =
                BatchGetManifestsResponse.newBuilder().setKey(key(item.key()));
        if (item.manifest() != null) {
            answer.setManifest(manifest(item.manifest()));
        } else if (item.code() != null) {
            answer.setCode(item.code().name());
        }
        return answer.build();
    }

    static PayloadInfo info(Digest digest, Representation representation, StoredPayload stored) {
        boolean zstd = representation == Representation.ZSTD;
        return PayloadInfo.newBuilder()
                .setDigest(digest.toString())
                .setEncoding(zstd ? Encoding.ZSTD : Encoding.IDENTITY)
                .setTotalSize(zstd ? stored.storedSize() : stored.rawSize())
                .setContentType(stored.contentType().value())
                .setRawSize(stored.rawSize())
                .setStoredSize(stored.storedSize())
                .setSha256(stored.storedDigest().toString())
                .setSeekable(stored.seekable())
                .build();
    }

    private static Source source(io.surfacefs.model.Source source) {
        Source.Builder answer = Source.newBuilder();
        if (source.scannerBuild() != null) {
            answer.setScannerBuild(source.scannerBuild());
        }
        if (source.imageDigest() != null) {
            answer.setImageDigest(source.imageDigest().toString());
        }
        if (source.scanId() != null) {
            answer.setScanId(source.scanId().value());
        }
        return answer.build();
    }

    private static Storage storage(ArtefactManifest manifest) {
        StoredPayload payload = manifest.payload();
        return Storage.newBuilder()
                .setBucket(ObjectNames.CACHE_BUCKET)
                .setObjectKey(ObjectNames.payload(manifest.key()))
                .setSizeBytes(payload.storedSize())
                .setRawSizeBytes(payload.rawSize())
                .setContentType(payload.contentType().stored())
                .setSha256(payload.storedDigest().toString())
                .setSeekable(payload.seekable())
                .build();
    }

    private static Integrity integrity(ArtefactManifest manifest) {
        Integrity.Builder integrity =
                Integrity.newBuilder().setHash(manifest.key().digest().toString());
        String signature = signature(new String(manifest.canonical(), StandardCharsets.UTF_8));
        if (signature != null) {
            integrity.setSignature(signature);
        }
        return integrity.build();
    }

    /**
     * The text of {@code integrity.signature}, null where there is none. Read from the text, since only verifying gives
     * it a type.
     */
    private static @Nullable String signature(String canonical) {
        try (JsonParser json = JSON.createParser(canonical)) {
            if (!enter(json, "integrity") || !enter(json, "signature")) {
                return null;
            }
            int from = (int) json.currentTokenLocation().getCharOffset();
            json.skipChildren();
            int to = (int) json.currentLocation().getCharOffset();
            return canonical.substring(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Moves on to the value of a member of the object that begins here; false when that is no object. */
    private static boolean enter(JsonParser json, String member) throws IOException {
        if (json.currentToken() == null) {
            json.nextToken();
        }
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            JsonToken value = json.nextToken();
            if (name.equals(member)) {
                return value == JsonToken.START_OBJECT;
            }
            json.skipChildren();
        }
        return false;
    }
}
