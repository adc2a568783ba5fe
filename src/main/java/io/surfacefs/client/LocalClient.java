package io.surfacefs.client;

import io.surfacefs.access.Access;
import io.surfacefs.access.Caller;
import io.surfacefs.access.Right;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ByteRange;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.Representation;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.Source;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.Tenant;
import io.surfacefs.service.AdminService;
import io.surfacefs.service.ArtefactService;
import io.surfacefs.service.ItemKey;
import io.surfacefs.service.PayloadHandle;
import io.surfacefs.service.PutRequest;
import io.surfacefs.service.ReceivedPayload;
import io.surfacefs.service.ScanService;
import io.surfacefs.service.SignatureGate;
import io.surfacefs.service.Upload;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The Surface.FS of this process, as its local caller. Closing it closes nothing: the services are somebody else's. */
public final class LocalClient implements SurfaceClient {
    private static final long PAGE_BYTES = 4L << 20;

    private final Access access;
    private final ArtefactService artefacts;
    private final ScanService scans;
    private final AdminService admin;

    /** All parts are shared and closed by whoever made them. */
    public LocalClient(Access access, ArtefactService artefacts, ScanService scans, AdminService admin) {
        this.access = access;
        this.artefacts = artefacts;
        this.scans = scans;
        this.admin = admin;
    }

    @Override
    public PutAnswer put(Tenant tenant, NewArtefact artefact, Content content) throws IOException {
        TenantAccess write = admit(tenant, Right.WRITE);
        Upload upload = new Upload(
                artefact.kind(),
                artefact.digest(),
                artefact.contentType(),
                Representation.IDENTITY,
                Map.of(),
                content.stream());
        String manifest = artefact.manifest();
        PutRequest request = new PutRequest(
                artefact.kind(),
                artefact.digest(),
                artefact.contentType(),
                new Source(artefact.scannerBuild(), first(artefact.images()), first(artefact.scans())),
                new LinkedHashSet<>(artefact.images()),
                new LinkedHashSet<>(artefact.scans()),
                artefact.expiresAt(),
                artefact.ttl(),
                manifest == null ? null : manifest.getBytes(StandardCharsets.UTF_8));
        try (ReceivedPayload received = artefacts.receive(write, upload)) {
            return answer(artefacts.put(write, request, received));
        }
    }

    private static <T> @Nullable T first(List<T> values) {
        return values.isEmpty() ? null : values.getFirst();
    }

    @Override
    public ManifestDocument manifest(ArtefactKey key) {
        Manifest manifest = artefacts.manifest(admit(key.tenant(), Right.READ), item(key));
        return ManifestDocument.read(manifest.canonical(), key).signed(signatures(manifest));
    }

    private static byte @Nullable [] signatures(Manifest manifest) {
        return manifest instanceof ScanManifest scan ? scan.signatures() : null;
    }

    @Override
    public Payload payload(ArtefactKey key) {
        PayloadHandle handle = artefacts.payload(admit(key.tenant(), Right.READ), item(key));
        long size = handle.facts().rawSize();
        try {
            InputStream raw = new BlockStream(handle, handle.decoded(ByteRange.whole(size)));
            return new Payload(new VerifiedStream(raw, key.digest()), size);
        } catch (IOException e) {
            handle.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            handle.close();
            throw e;
        }
    }

    @Override
    public PayloadFacts stat(ArtefactKey key) {
        StoredPayload facts = artefacts.stat(admit(key.tenant(), Right.READ), item(key));
        return new PayloadFacts(facts.rawSize(), facts.storedSize(), facts.contentType());
    }

    @Override
    public Page list(Query query) {
        ArtefactService.ListResult result = artefacts.list(
                admit(query.tenant(), Right.READ),
                new ArtefactService.ListRequest(
                        query.kind(), query.image(), query.scan(), query.pageSize(), query.pageToken(), PAGE_BYTES));
        return new Page(
                result.manifests().stream()
                        .map(manifest -> ManifestDocument.read(manifest.canonical()))
                        .toList(),
                result.nextPageToken());
    }

    @Override
    public PutAnswer copy(CopiedArtefact artefact, @Nullable Content stored) throws IOException {
        ArtefactKey key = artefact.key();
        TenantAccess write = admit(key.tenant(), Right.WRITE);
        PutRequest request = new PutRequest(
                key.kind(),
                key.digest(),
                null,
                Source.NONE,
                new LinkedHashSet<>(artefact.images()),
                new LinkedHashSet<>(artefact.scans()),
                null,
                null,
                artefact.json(),
                artefact.signatures());
        if (stored == null) {
            return answer(artefacts.copy(write, request, null));
        }
        Upload upload = new Upload(key.kind(), key.digest(), null, Representation.ZSTD, Map.of(), stored.stream());
        try (ReceivedPayload received = artefacts.receive(write, upload)) {
            return answer(artefacts.copy(write, request, received));
        }
    }

    @Override
    public Foreseen foresee(Manifest manifest) {
        SignatureGate.Foreseen seen = artefacts.foresee(admit(manifest.key().tenant(), Right.READ), manifest);
        return new Foreseen(seen.why(), seen.refused());
    }

    private static PutAnswer answer(ArtefactService.PutResult result) {
        return new PutAnswer(ManifestDocument.read(result.manifest().canonical()), result.created());
    }

    @Override
    public Payload stored(ArtefactKey key) {
        PayloadHandle handle = artefacts.payload(admit(key.tenant(), Right.READ), item(key));
        return new Payload(new StoredStream(handle), handle.facts().storedSize());
    }

    @Override
    public List<ArtefactKey> missing(Tenant tenant, List<ArtefactKey> keys) {
        return artefacts
                .findMissing(
                        admit(tenant, Right.READ),
                        keys.stream().map(LocalClient::item).toList())
                .stream()
                .map(item -> new ArtefactKey(tenant, item.kind(), item.digest()))
                .toList();
    }

    @Override
    public IndexPage index(Tenant tenant, String after) {
        ArtefactService.IndexResult page = artefacts.index(admit(tenant, Right.READ), after, 0);
        return new IndexPage(page.entries(), page.next());
    }

    @Override
    public void delete(ArtefactKey key) {
        artefacts.delete(admit(key.tenant(), Right.DELETE), item(key));
    }

    @Override
    public PutAnswer putScan(Tenant tenant, ScanId scan, byte[] json) {
        ScanService.PutResult result = scans.put(admit(tenant, Right.WRITE), scan, json);
        return new PutAnswer(ManifestDocument.read(result.manifest().canonical()), result.created());
    }

    @Override
    public ManifestDocument scan(Tenant tenant, ScanId scan) {
        ScanManifest manifest = scans.current(admit(tenant, Right.READ), scan);
        return ManifestDocument.read(manifest.canonical()).signed(manifest.signatures());
    }

    @Override
    public byte[] surface(Tenant tenant, ScanId scan) {
        return scans.surfaceBlock(scans.current(admit(tenant, Right.READ), scan));
    }

    @Override
    public OptionalLong kitVersion(Tenant tenant) {
        return KitVersions.orNone(
                () -> admin.kitVersion(admit(tenant, Right.ADMIN).tenant()));
    }

    @Override
    public long kitImported(Tenant tenant, long version) {
        return admin.kitImported(admit(tenant, Right.ADMIN).tenant(), version);
    }

    @Override
    public void close() {}

    private TenantAccess admit(Tenant tenant, Right right) {
        return access.admit(Caller.LOCAL, tenant.value(), right);
    }

    private static ItemKey item(ArtefactKey key) {
        return new ItemKey(key.kind(), key.digest());
    }
}
