package io.surfacefs.it;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.surfacefs.grpc.v1.BatchGetManifestsRequest;
import io.surfacefs.grpc.v1.CachePutHeader;
import io.surfacefs.grpc.v1.DeleteManifestRequest;
import io.surfacefs.grpc.v1.DeleteRequest;
import io.surfacefs.grpc.v1.FindMissingRequest;
import io.surfacefs.grpc.v1.GetManifestRequest;
import io.surfacefs.grpc.v1.GetPayloadRequest;
import io.surfacefs.grpc.v1.GetRequest;
import io.surfacefs.grpc.v1.GetScanManifestRequest;
import io.surfacefs.grpc.v1.GetScanSurfaceRequest;
import io.surfacefs.grpc.v1.Key;
import io.surfacefs.grpc.v1.ListManifestsRequest;
import io.surfacefs.grpc.v1.PrefetchRequest;
import io.surfacefs.grpc.v1.PutManifestHeader;
import io.surfacefs.grpc.v1.PutManifestRequest;
import io.surfacefs.grpc.v1.PutPayloadHeader;
import io.surfacefs.grpc.v1.PutPayloadRequest;
import io.surfacefs.grpc.v1.PutRequest;
import io.surfacefs.grpc.v1.PutScanManifestRequest;
import io.surfacefs.grpc.v1.Source;
import io.surfacefs.grpc.v1.StatPayloadRequest;
import io.surfacefs.it.Estate.Item;
import java.util.List;
import java.util.Random;

/** Every call of both services, about an item. */
enum GrpcOps {
    PUT_MANIFEST("SurfaceFs/PutManifest"),
    PUT_PAYLOAD("SurfaceFs/PutPayload"),
    STAT_PAYLOAD("SurfaceFs/StatPayload"),
    GET_MANIFEST("SurfaceFs/GetManifest"),
    GET_PAYLOAD("SurfaceFs/GetPayload"),
    LIST("SurfaceFs/ListManifests"),
    DELETE_MANIFEST("SurfaceFs/DeleteManifest"),
    FIND_MISSING("SurfaceFs/FindMissing"),
    BATCH_GET("SurfaceFs/BatchGetManifests"),
    PREFETCH("SurfaceFs/Prefetch"),
    PUT_SCAN("SurfaceFs/PutScanManifest"),
    GET_SCAN("SurfaceFs/GetScanManifest"),
    GET_SURFACE("SurfaceFs/GetScanSurface"),
    GET_ENTRY("SurfaceCache/Get"),
    PUT_ENTRY("SurfaceCache/Put"),
    DELETE_ENTRY("SurfaceCache/Delete");

    private static final List<GrpcOps> ALL = List.of(values());

    private final String call;

    GrpcOps(String call) {
        this.call = "surfacefs.v1." + call;
    }

    static GrpcOps any(Random random) {
        return Spellings.pick(random, ALL);
    }

    /** The call's whole name. */
    String call() {
        return call;
    }

    /** Whether an answer that it is done carries the item's word. */
    boolean shows() {
        return switch (this) {
            case PUT_MANIFEST,
                    STAT_PAYLOAD,
                    GET_MANIFEST,
                    GET_PAYLOAD,
                    LIST,
                    BATCH_GET,
                    PUT_SCAN,
                    GET_SCAN,
                    GET_SURFACE,
                    GET_ENTRY -> true;
            default -> false;
        };
    }

    boolean deletes() {
        return this == DELETE_MANIFEST || this == DELETE_ENTRY;
    }

    /**
     * The messages of the call.
     *
     * @param item what it is about, whoever owns it
     */
    List<Message> messages(String tenant, Item item) {
        return messages(tenant, item.kind(), item.digest(), item.hex(), item.scan(), item);
    }

    /** As {@link #messages(String, Item)}, with names of its own. */
    List<Message> messages(String tenant, String kind, String digest, String hex, String scan, Item item) {
        Key key = Key.newBuilder().setKind(kind).setDigest(digest).build();
        ByteString content = ByteString.copyFrom(item.content());
        return switch (this) {
            case PUT_MANIFEST ->
                List.of(
                        PutManifestRequest.newBuilder()
                                .setHeader(putManifest(tenant, kind, digest, item))
                                .build(),
                        PutManifestRequest.newBuilder().setChunk(content).build());
            case PUT_PAYLOAD ->
                List.of(
                        PutPayloadRequest.newBuilder()
                                .setHeader(PutPayloadHeader.newBuilder()
                                        .setTenant(tenant)
                                        .setKind(kind)
                                        .setDigest(digest))
                                .build(),
                        PutPayloadRequest.newBuilder().setChunk(content).build());
            case STAT_PAYLOAD ->
                List.of(StatPayloadRequest.newBuilder()
                        .setTenant(tenant)
                        .setKind(kind)
                        .setDigest(digest)
                        .build());
            case GET_MANIFEST ->
                List.of(GetManifestRequest.newBuilder()
                        .setTenant(tenant)
                        .setKind(kind)
                        .setDigest(digest)
                        .build());
            case GET_PAYLOAD ->
                List.of(GetPayloadRequest.newBuilder()
                        .setTenant(tenant)
                        .setKind(kind)
                        .setDigest(digest)
                        .build());
            case LIST ->
                List.of(ListManifestsRequest.newBuilder()
                        .setTenant(tenant)
                        .setKind(kind)
                        .setScanId(scan)
                        .build());
            case DELETE_MANIFEST ->
                List.of(DeleteManifestRequest.newBuilder()
                        .setTenant(tenant)
                        .setKind(kind)
                        .setDigest(digest)
                        .build());
            case FIND_MISSING ->
                List.of(FindMissingRequest.newBuilder()
                        .setTenant(tenant)
                        .addKeys(key)
                        .build());
            case BATCH_GET ->
                List.of(BatchGetManifestsRequest.newBuilder()
                        .setTenant(tenant)
                        .addKeys(key)
                        .build());
            case PREFETCH ->
                List.of(PrefetchRequest.newBuilder()
                        .setTenant(tenant)
                        .addKeys(key)
                        .build());
            case PUT_SCAN ->
                List.of(PutScanManifestRequest.newBuilder()
                        .setTenant(tenant)
                        .setScanId(scan)
                        .setManifest(item.scanManifest())
                        .build());
            case GET_SCAN ->
                List.of(GetScanManifestRequest.newBuilder()
                        .setTenant(tenant)
                        .setScanId(scan)
                        .build());
            case GET_SURFACE ->
                List.of(GetScanSurfaceRequest.newBuilder()
                        .setTenant(tenant)
                        .setScanId(scan)
                        .build());
            case GET_ENTRY ->
                List.of(GetRequest.newBuilder()
                        .setTenant(tenant)
                        .setNamespace(kind)
                        .setSha256(hex)
                        .build());
            case PUT_ENTRY ->
                List.of(
                        PutRequest.newBuilder()
                                .setHeader(CachePutHeader.newBuilder()
                                        .setTenant(tenant)
                                        .setNamespace(kind)
                                        .setSha256(hex)
                                        .setContentType("text/" + item.word()))
                                .build(),
                        PutRequest.newBuilder().setChunk(content).build());
            case DELETE_ENTRY ->
                List.of(DeleteRequest.newBuilder()
                        .setTenant(tenant)
                        .setNamespace(kind)
                        .setSha256(hex)
                        .build());
        };
    }

    private static PutManifestHeader putManifest(String tenant, String kind, String digest, Item item) {
        return PutManifestHeader.newBuilder()
                .setTenant(tenant)
                .setKind(kind)
                .setDigest(digest)
                .setContentType("text/" + item.word())
                .setSource(Source.newBuilder().setScannerBuild(item.word()))
                .build();
    }

    /** A put whose manifest names a tenant of its own. */
    static List<Message> manifestNaming(String tenant, String named, Item item) {
        return List.of(PutManifestRequest.newBuilder()
                .setHeader(PutManifestHeader.newBuilder()
                        .setTenant(tenant)
                        .setKind(item.kind())
                        .setDigest(item.digest())
                        .setManifestJson(item.manifest(named)))
                .build());
    }

    /** A page of the listing of a kind, or of all. */
    static List<Message> page(String tenant, String kind, String token) {
        ListManifestsRequest.Builder request =
                ListManifestsRequest.newBuilder().setTenant(tenant).setPageSize(1);
        if (kind != null) {
            request.setKind(kind);
        }
        return List.of(request.setPageToken(token).build());
    }

    /** The listing of what belongs to an image, from a place in the key order. */
    static List<Message> behind(String tenant, String image, Item place) {
        return List.of(ListManifestsRequest.newBuilder()
                .setTenant(tenant)
                .setImageDigest(image)
                .setAfter(place.kind() + "/" + place.hex())
                .build());
    }
}
