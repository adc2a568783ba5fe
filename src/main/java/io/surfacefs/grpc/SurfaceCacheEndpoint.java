package io.surfacefs.grpc;

import com.google.protobuf.ByteString;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import io.surfacefs.access.Right;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.grpc.v1.CachePutHeader;
import io.surfacefs.grpc.v1.DeleteRequest;
import io.surfacefs.grpc.v1.DeleteResponse;
import io.surfacefs.grpc.v1.GetRequest;
import io.surfacefs.grpc.v1.GetResponse;
import io.surfacefs.grpc.v1.PayloadInfo;
import io.surfacefs.grpc.v1.PutRequest;
import io.surfacefs.grpc.v1.PutResponse;
import io.surfacefs.grpc.v1.SurfaceCacheGrpc;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Namespace;
import io.surfacefs.model.Representation;
import io.surfacefs.service.ArtefactService;
import io.surfacefs.service.CacheEntryService;
import io.surfacefs.service.PayloadHandle;
import io.surfacefs.service.ReceivedPayload;
import jakarta.inject.Inject;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The gRPC service {@code surfacefs.v1.SurfaceCache}. Thread-safe. */
@GrpcService
public class SurfaceCacheEndpoint extends SurfaceCacheGrpc.SurfaceCacheImplBase {
    private final Calls calls;
    private final CacheEntryService entries;
    private final ArtefactService artefacts;

    /** @param artefacts takes the values in */
    @Inject
    SurfaceCacheEndpoint(Calls calls, CacheEntryService entries, ArtefactService artefacts) {
        this.calls = calls;
        this.entries = entries;
        this.artefacts = artefacts;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return StrictMessages.of(super.bindService());
    }

    @Override
    public void get(GetRequest request, StreamObserver<GetResponse> answer) {
        calls.stream(answer, (who, outbox) -> {
            TenantAccess access = who.to(request.getTenant(), Right.READ);
            Representation representation = Requests.representation(request.getEncoding());
            PayloadSender<GetResponse> sender =
                    new PayloadSender<>(outbox, GET, representation, request.getOffset(), request.getLimit());
            try (PayloadHandle value =
                    entries.get(access, new Namespace(request.getNamespace()), new Digest(request.getSha256()))) {
                sender.send(value);
            }
        });
    }

    @Override
    public StreamObserver<PutRequest> put(StreamObserver<PutResponse> answer) {
        return calls.receive(answer, PUT, this::put);
    }

    private PutResponse put(Admission who, CachePutHeader header, UploadBody body) throws IOException {
        TenantAccess access = who.to(header.getTenant(), Right.WRITE);
        Namespace namespace = new Namespace(header.getNamespace());
        Digest inputs = new Digest(header.getSha256());
        try (ReceivedPayload value = artefacts.receive(access, Requests.upload(header, body))) {
            entries.put(access, namespace, inputs, value);
        }
        return PutResponse.getDefaultInstance();
    }

    @Override
    public void delete(DeleteRequest request, StreamObserver<DeleteResponse> answer) {
        calls.unary(answer, who -> {
            entries.delete(
                    who.to(request.getTenant(), Right.DELETE),
                    new Namespace(request.getNamespace()),
                    new Digest(request.getSha256()));
            return DeleteResponse.getDefaultInstance();
        });
    }

    private static final UploadReceiver.Parts<PutRequest, CachePutHeader> PUT = new UploadReceiver.Parts<>() {
        @Override
        public @Nullable CachePutHeader header(PutRequest message) {
            return message.hasHeader() ? message.getHeader() : null;
        }

        @Override
        public @Nullable ByteString chunk(PutRequest message) {
            return message.hasChunk() ? message.getChunk() : null;
        }
    };

    private static final PayloadSender.Parts<GetResponse> GET = new PayloadSender.Parts<>() {
        @Override
        public GetResponse info(PayloadInfo info) {
            return GetResponse.newBuilder().setInfo(info).build();
        }

        @Override
        public GetResponse chunk(ByteString chunk) {
            return GetResponse.newBuilder().setChunk(chunk).build();
        }
    };
}
