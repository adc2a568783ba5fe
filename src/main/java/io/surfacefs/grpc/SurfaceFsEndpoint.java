package io.surfacefs.grpc;

import com.google.protobuf.ByteString;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import io.surfacefs.access.Right;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.grpc.v1.BatchGetManifestsRequest;
import io.surfacefs.grpc.v1.BatchGetManifestsResponse;
import io.surfacefs.grpc.v1.DeleteManifestRequest;
import io.surfacefs.grpc.v1.DeleteManifestResponse;
import io.surfacefs.grpc.v1.FindMissingRequest;
import io.surfacefs.grpc.v1.FindMissingResponse;
import io.surfacefs.grpc.v1.GetKitVersionRequest;
import io.surfacefs.grpc.v1.GetKitVersionResponse;
import io.surfacefs.grpc.v1.GetManifestRequest;
import io.surfacefs.grpc.v1.GetManifestResponse;
import io.surfacefs.grpc.v1.GetPayloadRequest;
import io.surfacefs.grpc.v1.GetPayloadResponse;
import io.surfacefs.grpc.v1.GetScanManifestRequest;
import io.surfacefs.grpc.v1.GetScanManifestResponse;
import io.surfacefs.grpc.v1.GetScanSurfaceRequest;
import io.surfacefs.grpc.v1.GetScanSurfaceResponse;
import io.surfacefs.grpc.v1.ListIndexRequest;
import io.surfacefs.grpc.v1.ListIndexResponse;
import io.surfacefs.grpc.v1.ListManifestsRequest;
import io.surfacefs.grpc.v1.ListManifestsResponse;
import io.surfacefs.grpc.v1.PayloadInfo;
import io.surfacefs.grpc.v1.PrefetchRequest;
import io.surfacefs.grpc.v1.PrefetchResponse;
import io.surfacefs.grpc.v1.PutKitVersionRequest;
import io.surfacefs.grpc.v1.PutKitVersionResponse;
import io.surfacefs.grpc.v1.PutManifestHeader;
import io.surfacefs.grpc.v1.PutManifestRequest;
import io.surfacefs.grpc.v1.PutManifestResponse;
import io.surfacefs.grpc.v1.PutPayloadHeader;
import io.surfacefs.grpc.v1.PutPayloadRequest;
import io.surfacefs.grpc.v1.PutPayloadResponse;
import io.surfacefs.grpc.v1.PutScanManifestRequest;
import io.surfacefs.grpc.v1.PutScanManifestResponse;
import io.surfacefs.grpc.v1.StatPayloadRequest;
import io.surfacefs.grpc.v1.StatPayloadResponse;
import io.surfacefs.grpc.v1.SurfaceFsGrpc;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.Representation;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.service.AdminService;
import io.surfacefs.service.ArtefactService;
import io.surfacefs.service.HotObject;
import io.surfacefs.service.ItemKey;
import io.surfacefs.service.PayloadHandle;
import io.surfacefs.service.PrefetchService;
import io.surfacefs.service.PutRequest;
import io.surfacefs.service.ReceivedPayload;
import io.surfacefs.service.ScanService;
import jakarta.inject.Inject;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The gRPC service {@code surfacefs.v1.SurfaceFs}. Thread-safe. */
@GrpcService
public class SurfaceFsEndpoint extends SurfaceFsGrpc.SurfaceFsImplBase {
    private final Calls calls;
    private final ArtefactService artefacts;
    private final ScanService scans;
    private final PrefetchService prefetches;
    private final AdminService admin;

    @Inject
    SurfaceFsEndpoint(
            Calls calls, ArtefactService artefacts, ScanService scans, PrefetchService prefetches, AdminService admin) {
        this.calls = calls;
        this.artefacts = artefacts;
        this.scans = scans;
        this.prefetches = prefetches;
        this.admin = admin;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return StrictMessages.of(super.bindService());
    }

    @Override
    public StreamObserver<PutManifestRequest> putManifest(StreamObserver<PutManifestResponse> answer) {
        return calls.receive(answer, PUT_MANIFEST, this::putManifest);
    }

    private PutManifestResponse putManifest(Admission who, PutManifestHeader header, UploadBody body)
            throws IOException {
        TenantAccess access = who.to(header.getTenant(), Right.WRITE);
        PutRequest request = Requests.put(header);
        ArtefactService.PutResult result;
        if (body.hasChunk()) {
            try (ReceivedPayload payload = artefacts.receive(access, Requests.upload(header, body))) {
                result = artefacts.put(access, request, payload);
            }
        } else {
            result = artefacts.put(access, request, null);
        }
        return PutManifestResponse.newBuilder()
                .setManifest(Answers.manifest(result.manifest()))
                .setCreated(result.created())
                .build();
    }

    @Override
    public StreamObserver<PutPayloadRequest> putPayload(StreamObserver<PutPayloadResponse> answer) {
        return calls.receive(answer, PUT_PAYLOAD, this::putPayload);
    }

    private PutPayloadResponse putPayload(Admission who, PutPayloadHeader header, UploadBody body) throws IOException {
        TenantAccess access = who.to(header.getTenant(), Right.WRITE);
        ItemKey key = Requests.key(header.getKind(), header.getDigest());
        try (ReceivedPayload payload = artefacts.receive(access, Requests.upload(header, body))) {
            boolean created = artefacts.putPayload(access, key.kind(), key.digest(), payload);
            return PutPayloadResponse.newBuilder().setCreated(created).build();
        }
    }

    @Override
    public void statPayload(StatPayloadRequest request, StreamObserver<StatPayloadResponse> answer) {
        calls.unary(answer, who -> {
            StoredPayload facts = artefacts.stat(
                    who.to(request.getTenant(), Right.READ), Requests.key(request.getKind(), request.getDigest()));
            return StatPayloadResponse.newBuilder()
                    .setRawSize(facts.rawSize())
                    .setStoredSize(facts.storedSize())
                    .setContentType(facts.contentType().value())
                    .setSha256(facts.storedDigest().toString())
                    .setSeekable(facts.seekable())
                    .build();
        });
    }

    @Override
    public void getManifest(GetManifestRequest request, StreamObserver<GetManifestResponse> answer) {
        calls.unary(answer, who -> {
            Manifest manifest = artefacts.manifest(
                    who.to(request.getTenant(), Right.READ), Requests.key(request.getKind(), request.getDigest()));
            return GetManifestResponse.newBuilder()
                    .setManifest(Answers.manifest(manifest))
                    .build();
        });
    }

    @Override
    public void getPayload(GetPayloadRequest request, StreamObserver<GetPayloadResponse> answer) {
        calls.stream(answer, (who, outbox) -> {
            TenantAccess access = who.to(request.getTenant(), Right.READ);
            ItemKey key = Requests.key(request.getKind(), request.getDigest());
            Representation representation = Requests.representation(request.getEncoding());
            PayloadSender<GetPayloadResponse> sender =
                    new PayloadSender<>(outbox, GET_PAYLOAD, representation, request.getOffset(), request.getLimit());
            HotObject hot = artefacts.hotPayload(access, key, representation);
            if (hot != null && sender.send(hot)) {
                return;
            }
            try (PayloadHandle payload = artefacts.payload(access, key)) {
                sender.send(payload);
            }
        });
    }

    @Override
    public void listManifests(ListManifestsRequest request, StreamObserver<ListManifestsResponse> answer) {
        calls.unary(answer, who -> {
            TenantAccess access = who.to(request.getTenant(), Right.READ);
            ArtefactService.ListResult page = artefacts.list(access, Requests.list(request));
            ListManifestsResponse.Builder response = ListManifestsResponse.newBuilder();
            page.manifests().forEach(manifest -> response.addManifests(Answers.manifest(manifest)));
            if (page.nextPageToken() != null) {
                response.setNextPageToken(page.nextPageToken()).setNextAfter(String.valueOf(page.next()));
            }
            return response.build();
        });
    }

    @Override
    public void listIndex(ListIndexRequest request, StreamObserver<ListIndexResponse> answer) {
        calls.unary(answer, who -> {
            TenantAccess access = who.to(request.getTenant(), Right.READ);
            return Answers.index(artefacts.index(access, request.getAfter(), request.getPageSize()));
        });
    }

    @Override
    public void deleteManifest(DeleteManifestRequest request, StreamObserver<DeleteManifestResponse> answer) {
        calls.unary(answer, who -> {
            artefacts.delete(
                    who.to(request.getTenant(), Right.DELETE), Requests.key(request.getKind(), request.getDigest()));
            return DeleteManifestResponse.getDefaultInstance();
        });
    }

    @Override
    public void findMissing(FindMissingRequest request, StreamObserver<FindMissingResponse> answer) {
        calls.unary(answer, who -> {
            TenantAccess access = who.to(request.getTenant(), Right.READ);
            FindMissingResponse.Builder response = FindMissingResponse.newBuilder();
            artefacts
                    .findMissing(access, Requests.keys(request.getKeysList()))
                    .forEach(key -> response.addMissing(Answers.key(key)));
            return response.build();
        });
    }

    @Override
    public void batchGetManifests(BatchGetManifestsRequest request, StreamObserver<BatchGetManifestsResponse> answer) {
        calls.stream(answer, (who, outbox) -> {
            TenantAccess access = who.to(request.getTenant(), Right.READ);
            artefacts.batchGet(access, Requests.keys(request.getKeysList()), item -> outbox.send(Answers.item(item)));
        });
    }

    @Override
    public void prefetch(PrefetchRequest request, StreamObserver<PrefetchResponse> answer) {
        calls.unary(answer, who -> {
            TenantAccess access = who.to(request.getTenant(), Right.READ);
            PrefetchService.Counts counts = prefetches.prefetch(access, Requests.keys(request.getKeysList()));
            return PrefetchResponse.newBuilder()
                    .setPresent(counts.present())
                    .setFetched(counts.fetched())
                    .setMissing(counts.missing())
                    .build();
        });
    }

    @Override
    public void putScanManifest(PutScanManifestRequest request, StreamObserver<PutScanManifestResponse> answer) {
        calls.unary(answer, who -> {
            TenantAccess access = who.to(request.getTenant(), Right.WRITE);
            ScanService.PutResult result = scans.put(
                    access,
                    new ScanId(request.getScanId()),
                    request.getManifestBytes().toByteArray(),
                    request.getSignaturesBytes().isEmpty()
                            ? null
                            : request.getSignaturesBytes().toByteArray());
            return PutScanManifestResponse.newBuilder()
                    .setManifestUri(Answers.uri(result.manifest()))
                    .setManifestDigest(result.manifest().digest().toString())
                    .setManifestBytes(Answers.json(result.manifest()))
                    .setCreated(result.created())
                    .setSignaturesBytes(Answers.signatures(result.manifest()))
                    .build();
        });
    }

    @Override
    public void getScanManifest(GetScanManifestRequest request, StreamObserver<GetScanManifestResponse> answer) {
        calls.unary(answer, who -> {
            ScanManifest manifest =
                    scans.current(who.to(request.getTenant(), Right.READ), new ScanId(request.getScanId()));
            return GetScanManifestResponse.newBuilder()
                    .setManifestUri(Answers.uri(manifest))
                    .setManifestDigest(manifest.digest().toString())
                    .setManifestBytes(Answers.json(manifest))
                    .setSignaturesBytes(Answers.signatures(manifest))
                    .build();
        });
    }

    @Override
    public void getScanSurface(GetScanSurfaceRequest request, StreamObserver<GetScanSurfaceResponse> answer) {
        calls.unary(answer, who -> {
            ScanManifest manifest =
                    scans.current(who.to(request.getTenant(), Right.READ), new ScanId(request.getScanId()));
            return GetScanSurfaceResponse.newBuilder()
                    .setManifestUri(Answers.uri(manifest))
                    .setManifestDigest(manifest.digest().toString())
                    .setManifestBytes(Answers.json(manifest))
                    .build();
        });
    }

    @Override
    public void getKitVersion(GetKitVersionRequest request, StreamObserver<GetKitVersionResponse> answer) {
        calls.unary(answer, who -> {
            TenantAccess access = who.to(request.getTenant(), Right.ADMIN);
            return GetKitVersionResponse.newBuilder()
                    .setKitVersion(admin.kitVersion(access.tenant()))
                    .build();
        });
    }

    @Override
    public void putKitVersion(PutKitVersionRequest request, StreamObserver<PutKitVersionResponse> answer) {
        calls.unary(answer, who -> {
            TenantAccess access = who.to(request.getTenant(), Right.ADMIN);
            return PutKitVersionResponse.newBuilder()
                    .setKitVersion(admin.kitImported(access.tenant(), request.getKitVersion()))
                    .build();
        });
    }

    private static final UploadReceiver.Parts<PutManifestRequest, PutManifestHeader> PUT_MANIFEST =
            new UploadReceiver.Parts<>() {
                @Override
                public @Nullable PutManifestHeader header(PutManifestRequest message) {
                    return message.hasHeader() ? message.getHeader() : null;
                }

                @Override
                public @Nullable ByteString chunk(PutManifestRequest message) {
                    return message.hasChunk() ? message.getChunk() : null;
                }
            };

    static final UploadReceiver.Parts<PutPayloadRequest, PutPayloadHeader> PUT_PAYLOAD = new UploadReceiver.Parts<>() {
        @Override
        public @Nullable PutPayloadHeader header(PutPayloadRequest message) {
            return message.hasHeader() ? message.getHeader() : null;
        }

        @Override
        public @Nullable ByteString chunk(PutPayloadRequest message) {
            return message.hasChunk() ? message.getChunk() : null;
        }
    };

    private static final PayloadSender.Parts<GetPayloadResponse> GET_PAYLOAD = new PayloadSender.Parts<>() {
        @Override
        public GetPayloadResponse info(PayloadInfo info) {
            return GetPayloadResponse.newBuilder().setInfo(info).build();
        }

        @Override
        public GetPayloadResponse chunk(ByteString chunk) {
            return GetPayloadResponse.newBuilder().setChunk(chunk).build();
        }
    };
}
