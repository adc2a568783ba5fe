package io.surfacefs.store.upstream;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.grpc.v1.CachePutHeader;
import io.surfacefs.grpc.v1.Encoding;
import io.surfacefs.grpc.v1.PutManifestHeader;
import io.surfacefs.grpc.v1.PutManifestRequest;
import io.surfacefs.grpc.v1.PutManifestResponse;
import io.surfacefs.grpc.v1.PutPayloadHeader;
import io.surfacefs.grpc.v1.PutPayloadRequest;
import io.surfacefs.grpc.v1.PutPayloadResponse;
import io.surfacefs.grpc.v1.PutRequest;
import io.surfacefs.grpc.v1.PutResponse;
import io.surfacefs.grpc.v1.SurfaceCacheGrpc;
import io.surfacefs.grpc.v1.SurfaceFsGrpc;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.CacheKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.wire.Upload;
import org.jspecify.annotations.Nullable;

/**
 * What goes to the upstream. Payloads go in their stored form, with its digest, by which the upstream makes sure that
 * it took in what was received here. Thread-safe.
 */
final class Puts {
    private static final String SHA_256 = "sha-256";

    private final Connections upstream;
    private final ManifestCodec codec;

    Puts(Connections upstream, ManifestCodec codec) {
        this.upstream = upstream;
        this.codec = codec;
    }

    boolean payload(ArtefactKey key, ArtefactStore.Received payload) {
        PutPayloadHeader header = PutPayloadHeader.newBuilder()
                .setTenant(key.tenant().value())
                .setKind(key.kind().value())
                .setDigest(key.digest().toString())
                .setContentType(payload.facts().contentType().value())
                .setEncoding(Encoding.ZSTD)
                .putContentDigest(SHA_256, sent(payload))
                .build();
        try (Upload<PutPayloadRequest, PutPayloadResponse> upload =
                upstream.upload(SurfaceFsGrpc.getPutPayloadMethod())) {
            upload.send(PutPayloadRequest.newBuilder().setHeader(header).build());
            return Sending.send(
                            upload,
                            payload.content(),
                            chunk -> PutPayloadRequest.newBuilder()
                                    .setChunk(chunk)
                                    .build(),
                            upstream.limits().total())
                    .getCreated();
        }
    }

    ArtefactStore.Committed<ArtefactManifest> artefact(
            ArtefactManifest manifest, ArtefactStore.@Nullable Received payload, ArtefactStore.Index index) {
        ArtefactKey key = manifest.key();
        PutManifestHeader.Builder header = header(key, manifest.canonical()).setEncoding(Encoding.ZSTD);
        for (Digest image : index.images()) {
            header.getIndexBuilder().addImageDigests(image.toString());
        }
        for (ScanId scan : index.scans()) {
            header.getIndexBuilder().addScanIds(scan.value());
        }
        if (payload != null) {
            header.setContentType(payload.facts().contentType().value()).putContentDigest(SHA_256, sent(payload));
        }
        PutManifestResponse answer = put(header.build(), payload);
        return new ArtefactStore.Committed<>(
                codec.readArtefact(answer.getManifest().getJsonBytes().toByteArray(), key), answer.getCreated());
    }

    ArtefactStore.Committed<ScanManifest> scan(ScanManifest manifest) {
        PutManifestHeader.Builder header = header(manifest.key(), manifest.canonical());
        if (manifest.signatures() != null) {
            header.setSignaturesBytes(UnsafeByteOperations.unsafeWrap(manifest.signatures()));
        }
        PutManifestResponse answer = put(header.build(), null);
        return new ArtefactStore.Committed<>(
                UpstreamStore.signed(
                        codec.readScan(answer.getManifest().getJsonBytes().toByteArray(), manifest.key()),
                        answer.getManifest().getSignaturesBytes()),
                answer.getCreated());
    }

    private static PutManifestHeader.Builder header(ArtefactKey key, byte[] manifest) {
        return PutManifestHeader.newBuilder()
                .setTenant(key.tenant().value())
                .setKind(key.kind().value())
                .setDigest(key.digest().toString())
                .setManifestJsonBytes(UnsafeByteOperations.unsafeWrap(manifest));
    }

    private PutManifestResponse put(PutManifestHeader header, ArtefactStore.@Nullable Received payload) {
        try (Upload<PutManifestRequest, PutManifestResponse> upload =
                upstream.upload(SurfaceFsGrpc.getPutManifestMethod())) {
            upload.send(PutManifestRequest.newBuilder().setHeader(header).build());
            if (payload == null) {
                return upload.finish(upstream.limits().total());
            }
            return Sending.send(
                    upload,
                    payload.content(),
                    chunk -> PutManifestRequest.newBuilder().setChunk(chunk).build(),
                    upstream.limits().total());
        }
    }

    void entry(CacheKey key, ArtefactStore.Received value) {
        CachePutHeader header = CachePutHeader.newBuilder()
                .setTenant(key.tenant().value())
                .setNamespace(key.namespace().value())
                .setSha256(key.inputs().hex())
                .setContentType(value.facts().contentType().value())
                .setEncoding(Encoding.ZSTD)
                .putContentDigest(SHA_256, sent(value))
                .build();
        try (Upload<PutRequest, PutResponse> upload = upstream.upload(SurfaceCacheGrpc.getPutMethod())) {
            upload.send(PutRequest.newBuilder().setHeader(header).build());
            Sending.send(
                    upload,
                    value.content(),
                    chunk -> PutRequest.newBuilder().setChunk(chunk).build(),
                    upstream.limits().total());
        }
    }

    private static ByteString sent(ArtefactStore.Received payload) {
        return ByteString.copyFrom(payload.facts().storedDigest().bytes());
    }
}
