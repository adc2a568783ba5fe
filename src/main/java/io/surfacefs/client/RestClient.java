package io.surfacefs.client;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.IndexEntry;
import io.surfacefs.model.Kind;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A Surface.FS far away, over REST. */
final class RestClient implements SurfaceClient {
    private static final int MAX_MANIFEST = 16 << 20;
    private static final int MAX_PAGE_BYTES = 64 << 20;
    private static final int MAX_VERSION = 1024;

    private final Http http;

    RestClient(URI endpoint, Credentials credentials) {
        this.http = new Http(endpoint, credentials);
    }

    private static final String SIGNATURE = "Surface-Signature";

    @Override
    public PutAnswer put(Tenant tenant, NewArtefact artefact, Content content) throws IOException {
        Form form = Form.of(artefact);
        SentStream sent = new SentStream(form == null ? content.stream() : form.around(content.stream()));
        HttpRequest.BodyPublisher body = BodyPublishers.ofInputStream(() -> sent);
        long size = form == null || content.size() < 0 ? content.size() : content.size() + form.length();
        HttpRequest.BodyPublisher sized = size > 0 ? BodyPublishers.fromPublisher(body, size) : body;
        HttpRequest.Builder request;
        if (form == null) {
            request = http.request("/tenants/" + tenant + "/artefacts/" + artefact.kind())
                    .POST(sized);
            if (artefact.contentType() != null) {
                request.header("Content-Type", artefact.contentType().value());
            }
            if (artefact.digest() != null) {
                request.header("Content-Digest", digestField(artefact.digest()));
            }
        } else {
            // The path has the digest, and the service holds the payload to it.
            request = http.request("/tenants/" + tenant + "/manifests/" + artefact.kind() + "/" + artefact.digest())
                    .PUT(sized)
                    .header("Content-Type", form.contentType());
        }
        artefact.images().forEach(image -> request.header("Surface-Image-Digest", image.toString()));
        artefact.scans().forEach(scan -> request.header("Surface-Scan-Id", scan.value()));
        if (artefact.scannerBuild() != null) {
            request.header("Surface-Scanner-Build", artefact.scannerBuild());
        }
        if (artefact.expiresAt() != null) {
            request.header("Surface-Expires-At", artefact.expiresAt().text());
        }
        if (artefact.ttl() != null) {
            request.header("Surface-Ttl", artefact.ttl().toString());
        }
        try (Http.Answer answer = http.upload(request, sent)) {
            return new PutAnswer(ManifestDocument.read(answer.body(MAX_MANIFEST)), answer.status() == 201);
        }
    }

    /** A digest as RFC 9530 writes it. */
    private static String digestField(Digest digest) {
        return "sha-256=:" + Base64.getEncoder().encodeToString(digest.bytes()) + ":";
    }

    @Override
    public ManifestDocument manifest(ArtefactKey key) {
        try (Http.Answer answer = http.send(http.request(route(key, "manifests")))) {
            return ManifestDocument.read(answer.body(MAX_MANIFEST), key).signed(signatures(answer));
        }
    }

    private static byte @Nullable [] signatures(Http.Answer answer) {
        try {
            return answer.header(SIGNATURE).map(Base64.getDecoder()::decode).orElse(null);
        } catch (IllegalArgumentException e) {
            throw new SurfaceException(
                    ErrorCode.INVALID_MANIFEST, "the service's answer has no base64 in " + SIGNATURE, null, e);
        }
    }

    private static String route(ArtefactKey key, String what) {
        return "/tenants/" + key.tenant() + "/" + what + "/" + key.kind() + "/" + key.digest();
    }

    @Override
    public Payload payload(ArtefactKey key) {
        Http.Answer answer = http.send(http.request(route(key, "payloads")).header("Accept-Encoding", "zstd"));
        try {
            InputStream body = answer.response().body();
            boolean zstd = answer.header("Content-Encoding").orElse("").equals("zstd");
            InputStream raw = zstd ? new ZstdInputStreamNoFinalizer(body) : body;
            return new Payload(new VerifiedStream(raw, key.digest()), zstd ? -1 : length(answer));
        } catch (IOException | RuntimeException e) {
            answer.close();
            throw new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "the service broke off", null, e);
        }
    }

    private static long length(Http.Answer answer) {
        return answer.response().headers().firstValueAsLong("Content-Length").orElse(-1);
    }

    @Override
    public PayloadFacts stat(ArtefactKey key) {
        try (Http.Answer raw = http.send(http.request(route(key, "payloads")).HEAD());
                Http.Answer stored =
                        http.send(http.request(route(key, "payloads")).HEAD().header("Accept-Encoding", "zstd"))) {
            return new PayloadFacts(
                    length(raw),
                    length(stored),
                    new MediaType(raw.header("Content-Type").orElse(MediaType.OCTET_STREAM.value())));
        }
    }

    @Override
    public Page list(Query query) {
        // A page of the largest manifests there may be is more than fits into memory; then smaller pages do.
        for (int size = query.pageSize(); ; size /= 2) {
            try {
                return page(query, size);
            } catch (SurfaceException e) {
                if (e.code() != ErrorCode.PAYLOAD_TOO_LARGE || size <= 1) {
                    throw e;
                }
            }
        }
    }

    private Page page(Query query, int size) {
        StringBuilder route = new StringBuilder("/tenants/" + query.tenant() + "/manifests?page_size=" + size);
        add(route, "kind", query.kind());
        add(route, "image_digest", query.image());
        add(route, "scan_id", query.scan());
        add(route, "page_token", query.pageToken().isEmpty() ? null : query.pageToken());
        JsonParts.Answer parts;
        try (Http.Answer answer = http.send(http.request(route.toString()))) {
            parts = JsonParts.read(answer.body(MAX_PAGE_BYTES));
        }
        List<ManifestDocument> manifests = new ArrayList<>();
        for (byte[] manifest : parts.arrays().getOrDefault("manifests", List.of())) {
            manifests.add(ManifestDocument.read(manifest));
        }
        return new Page(manifests, parts.scalars().get("nextPageToken"));
    }

    private static void add(StringBuilder route, String name, @Nullable Object value) {
        if (value != null) {
            route.append('&').append(name).append('=').append(encoded(value.toString()));
        }
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public PutAnswer copy(CopiedArtefact artefact, @Nullable Content stored) throws IOException {
        HttpRequest.Builder request = http.request(route(artefact.key(), "manifests"));
        artefact.images().forEach(image -> request.header("Surface-Image-Digest", image.toString()));
        artefact.scans().forEach(scan -> request.header("Surface-Scan-Id", scan.value()));
        if (artefact.signatures() != null) {
            request.header(SIGNATURE, Base64.getEncoder().encodeToString(artefact.signatures()));
        }
        if (stored == null) {
            request.header("Content-Type", "application/json").PUT(BodyPublishers.ofByteArray(artefact.json()));
            return answer(http.send(request));
        }
        String boundary = "surface-fs-" + UUID.randomUUID();
        byte[] before = ("--" + boundary + "\r\nContent-Disposition: form-data; name=\"manifest\"\r\n"
                        + "Content-Type: application/json\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] between = ("\r\n--" + boundary + "\r\nContent-Disposition: form-data; name=\"payload\"\r\n"
                        + "Content-Encoding: zstd\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] behind = ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII);
        SentStream sent = new SentStream(new SequenceInputStream(Collections.enumeration(List.of(
                new ByteArrayInputStream(before),
                new ByteArrayInputStream(artefact.json()),
                new ByteArrayInputStream(between),
                stored.stream(),
                new ByteArrayInputStream(behind)))));
        long size = before.length + artefact.json().length + between.length + stored.size() + behind.length;
        HttpRequest.BodyPublisher body = BodyPublishers.ofInputStream(() -> sent);
        request.header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .PUT(stored.size() < 0 ? body : BodyPublishers.fromPublisher(body, size));
        return answer(http.upload(request, sent));
    }

    private static PutAnswer answer(Http.Answer answer) {
        try (answer) {
            return new PutAnswer(ManifestDocument.read(answer.body(MAX_MANIFEST)), answer.status() == 201);
        }
    }

    @Override
    public Payload stored(ArtefactKey key) {
        Http.Answer answer = http.send(http.request(route(key, "payloads")).header("Accept-Encoding", "zstd"));
        if (!answer.header("Content-Encoding").orElse("").equals("zstd")) {
            answer.close();
            throw new SurfaceException(
                    ErrorCode.INTERNAL,
                    "the service doesn't send stored bytes",
                    "is there a proxy in between that decodes them?");
        }
        return new Payload(answer.response().body(), length(answer));
    }

    @Override
    public List<ArtefactKey> missing(Tenant tenant, List<ArtefactKey> keys) {
        String asked = keys.stream()
                .map(key -> "{\"kind\":\"" + key.kind() + "\",\"digest\":\"" + key.digest() + "\"}")
                .collect(Collectors.joining(",", "{\"keys\":[", "]}"));
        JsonParts.Answer parts;
        try (Http.Answer answer = http.send(http.request("/tenants/" + tenant + "/manifests:findMissing")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(asked)))) {
            parts = JsonParts.read(answer.body(MAX_PAGE_BYTES));
        }
        return parts.arrays().getOrDefault("missing", List.of()).stream()
                .map(one -> key(tenant, JsonParts.read(one).scalars()))
                .toList();
    }

    private static ArtefactKey key(Tenant tenant, Map<String, String> told) {
        return new ArtefactKey(
                tenant, new Kind(told.getOrDefault("kind", "")), Digest.parse(told.getOrDefault("digest", "")));
    }

    @Override
    public IndexPage index(Tenant tenant, String after) {
        StringBuilder route = new StringBuilder("/tenants/" + tenant + "/index?page_size=1000");
        add(route, "after", after.isEmpty() ? null : after);
        JsonParts.Answer parts;
        try (Http.Answer answer = http.send(http.request(route.toString()))) {
            parts = JsonParts.read(answer.body(MAX_PAGE_BYTES));
        }
        List<IndexEntry> entries = parts.arrays().getOrDefault("entries", List.of()).stream()
                .map(one -> entry(tenant, JsonParts.read(one).scalars()))
                .toList();
        return new IndexPage(entries, parts.scalars().get("nextAfter"));
    }

    private static IndexEntry entry(Tenant tenant, Map<String, String> told) {
        String scan = told.get("scanId");
        return scan != null
                ? new IndexEntry(key(tenant, told), null, new ScanId(scan))
                : new IndexEntry(key(tenant, told), Digest.parse(told.getOrDefault("imageDigest", "")), null);
    }

    @Override
    public void delete(ArtefactKey key) {
        http.send(http.request(route(key, "manifests")).DELETE()).close();
    }

    private static String scanRoute(Tenant tenant, ScanId scan, String what) {
        return "/tenants/" + tenant + "/scans/" + encoded(scan.value()) + "/" + what;
    }

    @Override
    public PutAnswer putScan(Tenant tenant, ScanId scan, byte[] json) {
        try (Http.Answer answer = http.send(http.request(scanRoute(tenant, scan, "manifest"))
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofByteArray(json)))) {
            JsonParts.Answer block = JsonParts.read(answer.body(MAX_MANIFEST));
            return new PutAnswer(ManifestDocument.read(block.object("manifest")), answer.status() == 201);
        }
    }

    @Override
    public ManifestDocument scan(Tenant tenant, ScanId scan) {
        try (Http.Answer answer = http.send(http.request(scanRoute(tenant, scan, "manifest")))) {
            ManifestDocument manifest = ManifestDocument.read(answer.body(MAX_MANIFEST));
            return ManifestDocument.read(
                            manifest.json(), new ArtefactKey(tenant, Kind.SURFACE_MANIFEST, manifest.digest()))
                    .signed(signatures(answer));
        }
    }

    @Override
    public byte[] surface(Tenant tenant, ScanId scan) {
        try (Http.Answer answer = http.send(http.request(scanRoute(tenant, scan, "surface")))) {
            return answer.body(MAX_MANIFEST);
        }
    }

    @Override
    public OptionalLong kitVersion(Tenant tenant) {
        return KitVersions.orNone(() -> {
            try (Http.Answer answer = http.send(http.request("/tenants/" + tenant + "/kit-version"))) {
                return version(answer);
            }
        });
    }

    @Override
    public long kitImported(Tenant tenant, long version) {
        try (Http.Answer answer = http.send(http.request("/tenants/" + tenant + "/kit-version")
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString("{\"kitVersion\":" + version + "}")))) {
            return version(answer);
        }
    }

    private static long version(Http.Answer answer) {
        String version = JsonParts.read(answer.body(MAX_VERSION)).scalars().getOrDefault("kitVersion", "");
        if (!version.matches("[0-9]{1,16}")) {
            throw new SurfaceException(ErrorCode.INTERNAL, "the service's answer tells no kit version");
        }
        return Long.parseLong(version);
    }

    @Override
    public void close() {
        http.close();
    }
}
