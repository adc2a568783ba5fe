package io.surfacefs.client;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.surfacefs.grpc.v1.ArtefactManifest;
import io.surfacefs.grpc.v1.Encoding;
import io.surfacefs.grpc.v1.FindMissingRequest;
import io.surfacefs.grpc.v1.GetKitVersionRequest;
import io.surfacefs.grpc.v1.GetPayloadRequest;
import io.surfacefs.grpc.v1.GetScanManifestResponse;
import io.surfacefs.grpc.v1.GetScanSurfaceRequest;
import io.surfacefs.grpc.v1.GetScanSurfaceResponse;
import io.surfacefs.grpc.v1.Index;
import io.surfacefs.grpc.v1.Key;
import io.surfacefs.grpc.v1.ListIndexResponse;
import io.surfacefs.grpc.v1.ListManifestsResponse;
import io.surfacefs.grpc.v1.PayloadInfo;
import io.surfacefs.grpc.v1.PutKitVersionRequest;
import io.surfacefs.grpc.v1.PutManifestHeader;
import io.surfacefs.grpc.v1.PutManifestRequest;
import io.surfacefs.grpc.v1.PutManifestResponse;
import io.surfacefs.grpc.v1.PutScanManifestRequest;
import io.surfacefs.grpc.v1.PutScanManifestResponse;
import io.surfacefs.grpc.v1.Source;
import io.surfacefs.grpc.v1.StatPayloadResponse;
import io.surfacefs.grpc.v1.SurfaceFsGrpc;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.wire.BearerToken;
import io.surfacefs.wire.Questions;
import io.surfacefs.wire.Upload;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A Surface.FS far away, over gRPC. */
final class GrpcClient implements SurfaceClient {
    private static final int DEFAULT_PORT = 9000;
    private static final int CHUNK = 256 * 1024;
    /** A page of a list ends at 3 MiB, a scan manifest too. */
    private static final int MAX_MESSAGE = 8 << 20;

    private static final int WINDOW = 1 << 20;

    private final ManagedChannel connection;
    private final Channel channel;
    private final GrpcFailures failures;

    GrpcClient(URI endpoint, Credentials credentials) {
        if (!endpoint.getPath().isEmpty() && !endpoint.getPath().equals("/")) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT, "a gRPC address has no path", "like grpc://127.0.0.1:9000");
        }
        String host = endpoint.getHost();
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(
                        host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                        endpoint.getPort() < 0 ? DEFAULT_PORT : endpoint.getPort())
                .maxInboundMessageSize(MAX_MESSAGE)
                .flowControlWindow(WINDOW)
                .keepAliveTime(30, TimeUnit.SECONDS)
                .keepAliveTimeout(20, TimeUnit.SECONDS)
                .disableRetry();
        if (endpoint.getScheme().toLowerCase(Locale.ROOT).equals("grpc")) {
            builder.usePlaintext();
        } else {
            credentials.tls().ifPresent(tls -> builder.sslContext(context(tls)));
        }
        this.connection = builder.build();
        this.channel = ClientInterceptors.intercept(connection, BearerToken.with(credentials::authorization));
        this.failures = new GrpcFailures(endpoint);
    }

    private static SslContext context(SslContextBuilder tls) {
        try {
            return GrpcSslContexts.configure(tls, SslProvider.JDK).build();
        } catch (SSLException e) {
            throw Credentials.unusable(e);
        }
    }

    private <Q, A> A ask(MethodDescriptor<Q, A> method, Q request) {
        try {
            return ClientCalls.blockingUnaryCall(
                    channel,
                    method,
                    CallOptions.DEFAULT.withDeadlineAfter(Patience.SILENCE.toMillis(), TimeUnit.MILLISECONDS),
                    request);
        } catch (StatusRuntimeException e) {
            throw failures.of(e);
        }
    }

    @Override
    public PutAnswer put(Tenant tenant, NewArtefact artefact, Content content) throws IOException {
        return put(header(tenant, artefact), content);
    }

    private PutAnswer put(PutManifestHeader header, @Nullable Content content) throws IOException {
        try (Upload<PutManifestRequest, PutManifestResponse> upload = Upload.start(
                channel.newCall(SurfaceFsGrpc.getPutManifestMethod(), CallOptions.DEFAULT),
                Patience.UPLOAD,
                failures)) {
            boolean taken = upload.send(
                    PutManifestRequest.newBuilder().setHeader(header).build());
            if (content != null && taken) {
                send(upload, content.stream());
            }
            PutManifestResponse answer = upload.finish(Patience.UPLOAD);
            return new PutAnswer(document(answer.getManifest()), answer.getCreated());
        }
    }

    private static void send(Upload<PutManifestRequest, PutManifestResponse> upload, InputStream in)
            throws IOException {
        boolean taken = true;
        boolean empty = true;
        while (taken) {
            byte[] bytes = in.readNBytes(CHUNK);
            if (bytes.length == 0 && !empty) {
                break;
            }
            taken = upload.send(PutManifestRequest.newBuilder()
                    .setChunk(UnsafeByteOperations.unsafeWrap(bytes))
                    .build());
            empty = false;
            if (bytes.length < CHUNK) {
                break;
            }
        }
    }

    @Override
    public PutAnswer copy(CopiedArtefact artefact, @Nullable Content stored) throws IOException {
        PutManifestHeader.Builder header = PutManifestHeader.newBuilder()
                .setTenant(artefact.key().tenant().value())
                .setKind(artefact.key().kind().value())
                .setDigest(artefact.key().digest().toString())
                .setEncoding(Encoding.ZSTD)
                .setManifestJsonBytes(UnsafeByteOperations.unsafeWrap(artefact.json()));
        if (artefact.signatures() != null) {
            header.setSignaturesBytes(UnsafeByteOperations.unsafeWrap(artefact.signatures()));
        }
        artefact.images().forEach(image -> header.getIndexBuilder().addImageDigests(image.toString()));
        artefact.scans().forEach(scan -> header.getIndexBuilder().addScanIds(scan.value()));
        return put(header.build(), stored);
    }

    @Override
    public Payload stored(ArtefactKey key) {
        GrpcDownload download = download(key);
        PayloadInfo info = download.info();
        if (info.getEncoding() != Encoding.ZSTD) {
            download.close();
            throw new SurfaceException(ErrorCode.INTERNAL, "the service doesn't send stored bytes");
        }
        return new Payload(download, info.getTotalSize());
    }

    private GrpcDownload download(ArtefactKey key) {
        return GrpcDownload.start(
                channel.newCall(SurfaceFsGrpc.getGetPayloadMethod(), CallOptions.DEFAULT),
                GetPayloadRequest.newBuilder()
                        .setTenant(key.tenant().value())
                        .setKind(key.kind().value())
                        .setDigest(key.digest().toString())
                        .setEncoding(Encoding.ZSTD)
                        .build(),
                failures);
    }

    @Override
    public List<ArtefactKey> missing(Tenant tenant, List<ArtefactKey> keys) {
        FindMissingRequest.Builder request = FindMissingRequest.newBuilder().setTenant(tenant.value());
        for (ArtefactKey key : keys) {
            request.addKeys(Key.newBuilder()
                    .setKind(key.kind().value())
                    .setDigest(key.digest().toString()));
        }
        return ask(SurfaceFsGrpc.getFindMissingMethod(), request.build()).getMissingList().stream()
                .map(key -> new ArtefactKey(tenant, new Kind(key.getKind()), Digest.parse(key.getDigest())))
                .toList();
    }

    @Override
    public IndexPage index(Tenant tenant, String after) {
        ListIndexResponse page = ask(SurfaceFsGrpc.getListIndexMethod(), Questions.index(tenant, after, 0));
        return new IndexPage(
                page.getEntriesList().stream()
                        .map(entry -> Questions.entry(tenant, entry))
                        .toList(),
                page.getNextAfter().isEmpty() ? null : page.getNextAfter());
    }

    private static PutManifestHeader header(Tenant tenant, NewArtefact artefact) {
        PutManifestHeader.Builder header = PutManifestHeader.newBuilder()
                .setTenant(tenant.value())
                .setKind(artefact.kind().value())
                .setEncoding(Encoding.IDENTITY);
        if (artefact.digest() != null) {
            header.setDigest(artefact.digest().toString());
        }
        if (artefact.contentType() != null) {
            header.setContentType(artefact.contentType().value());
        }
        if (artefact.expiresAt() != null) {
            header.setExpiresAt(artefact.expiresAt().text());
        }
        if (artefact.ttl() != null) {
            header.setTtl(artefact.ttl().toString());
        }
        String manifest = artefact.manifest();
        if (manifest != null) {
            header.setManifestJson(manifest);
        }
        Source.Builder source = header.getSourceBuilder();
        Index.Builder index = header.getIndexBuilder();
        if (artefact.scannerBuild() != null) {
            source.setScannerBuild(artefact.scannerBuild());
        }
        if (!artefact.images().isEmpty()) {
            source.setImageDigest(artefact.images().getFirst().toString());
        }
        if (!artefact.scans().isEmpty()) {
            source.setScanId(artefact.scans().getFirst().value());
        }
        artefact.images().stream().skip(1).forEach(image -> index.addImageDigests(image.toString()));
        artefact.scans().stream().skip(1).forEach(scan -> index.addScanIds(scan.value()));
        return header.build();
    }

    private static ManifestDocument document(ArtefactManifest manifest) {
        return ManifestDocument.read(manifest.getJsonBytes().toByteArray());
    }

    @Override
    public ManifestDocument manifest(ArtefactKey key) {
        ArtefactManifest manifest = ask(SurfaceFsGrpc.getGetManifestMethod(), Questions.manifest(key))
                .getManifest();
        return ManifestDocument.read(manifest.getJsonBytes().toByteArray(), key)
                .signed(manifest.getSignaturesBytes().toByteArray());
    }

    @Override
    public Payload payload(ArtefactKey key) {
        GrpcDownload download = download(key);
        try {
            PayloadInfo info = download.info();
            boolean zstd = info.getEncoding() == Encoding.ZSTD;
            InputStream raw = zstd ? new ZstdInputStreamNoFinalizer(download) : download;
            return new Payload(new VerifiedStream(raw, key.digest()), zstd ? -1 : info.getTotalSize());
        } catch (IOException e) {
            download.close();
            throw new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "the service broke off", null, e);
        }
    }

    @Override
    public PayloadFacts stat(ArtefactKey key) {
        StatPayloadResponse facts = ask(SurfaceFsGrpc.getStatPayloadMethod(), Questions.facts(key));
        return new PayloadFacts(
                facts.getRawSize(),
                facts.getStoredSize(),
                facts.getContentType().isEmpty() ? MediaType.OCTET_STREAM : new MediaType(facts.getContentType()));
    }

    @Override
    public Page list(Query query) {
        ListManifestsResponse page = ask(
                SurfaceFsGrpc.getListManifestsMethod(),
                Questions.list(query.tenant(), query.kind(), query.image(), query.scan(), query.pageSize())
                        .setPageToken(query.pageToken())
                        .build());
        return new Page(
                page.getManifestsList().stream().map(GrpcClient::document).toList(),
                page.getNextPageToken().isEmpty() ? null : page.getNextPageToken());
    }

    @Override
    public void delete(ArtefactKey key) {
        ask(SurfaceFsGrpc.getDeleteManifestMethod(), Questions.delete(key));
    }

    @Override
    public PutAnswer putScan(Tenant tenant, ScanId scan, byte[] json) {
        PutScanManifestResponse answer = ask(
                SurfaceFsGrpc.getPutScanManifestMethod(),
                PutScanManifestRequest.newBuilder()
                        .setTenant(tenant.value())
                        .setScanId(scan.value())
                        .setManifestBytes(ByteString.copyFrom(json))
                        .build());
        return new PutAnswer(ManifestDocument.read(answer.getManifestBytes().toByteArray()), answer.getCreated());
    }

    @Override
    public ManifestDocument scan(Tenant tenant, ScanId scan) {
        GetScanManifestResponse answer = ask(SurfaceFsGrpc.getGetScanManifestMethod(), Questions.scan(tenant, scan));
        ManifestDocument manifest =
                ManifestDocument.read(answer.getManifestBytes().toByteArray());
        return ManifestDocument.read(manifest.json(), new ArtefactKey(tenant, Kind.SURFACE_MANIFEST, manifest.digest()))
                .signed(answer.getSignaturesBytes().toByteArray());
    }

    /** The parts of the answer, put together in the block's RFC 8785 form. */
    @Override
    public byte[] surface(Tenant tenant, ScanId scan) {
        GetScanSurfaceResponse block = ask(
                SurfaceFsGrpc.getGetScanSurfaceMethod(),
                GetScanSurfaceRequest.newBuilder()
                        .setTenant(tenant.value())
                        .setScanId(scan.value())
                        .build());
        // Neither a pointer nor a digest has a character that JSON would escape.
        String json = "{\"manifest\":" + block.getManifest() + ",\"manifestDigest\":\"" + block.getManifestDigest()
                + "\",\"manifestUri\":\"" + block.getManifestUri() + "\"}";
        return json.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public OptionalLong kitVersion(Tenant tenant) {
        return KitVersions.orNone(() -> ask(
                        SurfaceFsGrpc.getGetKitVersionMethod(),
                        GetKitVersionRequest.newBuilder()
                                .setTenant(tenant.value())
                                .build())
                .getKitVersion());
    }

    @Override
    public long kitImported(Tenant tenant, long version) {
        return ask(
                        SurfaceFsGrpc.getPutKitVersionMethod(),
                        PutKitVersionRequest.newBuilder()
                                .setTenant(tenant.value())
                                .setKitVersion(version)
                                .build())
                .getKitVersion();
    }

    @Override
    public void close() {
        connection.shutdownNow();
    }
}
