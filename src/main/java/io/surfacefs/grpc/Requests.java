package io.surfacefs.grpc;

import com.google.protobuf.ByteString;
import io.surfacefs.grpc.v1.CachePutHeader;
import io.surfacefs.grpc.v1.Encoding;
import io.surfacefs.grpc.v1.Key;
import io.surfacefs.grpc.v1.ListManifestsRequest;
import io.surfacefs.grpc.v1.PutManifestHeader;
import io.surfacefs.grpc.v1.PutPayloadHeader;
import io.surfacefs.model.ByteRange;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.Representation;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.Source;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Timestamp;
import io.surfacefs.service.ArtefactService;
import io.surfacefs.service.ItemKey;
import io.surfacefs.service.PutRequest;
import io.surfacefs.service.Upload;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * From messages to the model's types. An empty string counts as absent; everything malformed is
 * {@code INVALID_ARGUMENT}.
 */
final class Requests {
    /** A page ends early when its manifests pass this, so that it fits a message of 4 MiB with its typed fields. */
    private static final long PAGE_BYTES = 3 << 20;

    private static final Map<String, Integer> DIGEST_BYTES = Map.of("sha-256", 32, "sha-512", 64);

    private Requests() {}

    static ItemKey key(String kind, String digest) {
        return new ItemKey(new Kind(kind), Digest.parse(digest));
    }

    /** @throws SurfaceException {@code INVALID_ARGUMENT} when one is malformed or there are too many */
    static List<ItemKey> keys(List<Key> keys) {
        if (keys.size() > ArtefactService.MAX_KEYS) {
            throw invalid(keys.size() + " keys", "at most " + ArtefactService.MAX_KEYS + " in one call");
        }
        List<ItemKey> items = new ArrayList<>(keys.size());
        for (Key key : keys) {
            items.add(key(key.getKind(), key.getDigest()));
        }
        return items;
    }

    static Representation representation(Encoding encoding) {
        return switch (encoding) {
            case IDENTITY -> Representation.IDENTITY;
            case ZSTD -> Representation.ZSTD;
            case UNRECOGNIZED -> throw invalid("an unknown encoding", "IDENTITY or ZSTD");
        };
    }

    /**
     * The bytes that an offset and a limit name.
     *
     * @param total bytes of the chosen encoding
     * @throws SurfaceException {@code INVALID_ARGUMENT} for negative numbers, {@code RANGE_NOT_SATISFIABLE} beyond the
     *     end
     */
    static ByteRange range(long offset, long limit, long total) {
        if (offset < 0 || limit < 0) {
            throw invalid("a negative offset or limit", "both count bytes, limit 0 is to the end");
        }
        if (offset > total) {
            throw new SurfaceException(
                    ErrorCode.RANGE_NOT_SATISFIABLE, "offset " + offset + " is beyond the end, at " + total);
        }
        long rest = total - offset;
        return new ByteRange(offset, limit == 0 ? rest : Math.min(limit, rest));
    }

    static PutRequest put(PutManifestHeader header) {
        Timestamp expiresAt = optional(header.getExpiresAt(), Timestamp::new);
        Duration ttl = optional(header.getTtl(), Requests::ttl);
        if (expiresAt != null && ttl != null) {
            throw invalid("both expires_at and ttl", "send one of them");
        }
        ByteString manifest = header.getManifestJsonBytes();
        ByteString signatures = header.getSignaturesBytes();
        return new PutRequest(
                optional(header.getKind(), Kind::new),
                optional(header.getDigest(), Digest::parse),
                optional(header.getContentType(), MediaType::new),
                source(header.getSource()),
                set(header.getIndex().getImageDigestsList(), Digest::parse),
                set(header.getIndex().getScanIdsList(), ScanId::new),
                expiresAt,
                ttl,
                manifest.isEmpty() ? null : manifest.toByteArray(),
                signatures.isEmpty() ? null : signatures.toByteArray());
    }

    static Upload upload(PutManifestHeader header, InputStream body) {
        return new Upload(
                optional(header.getKind(), Kind::new),
                optional(header.getDigest(), Digest::parse),
                optional(header.getContentType(), MediaType::new),
                representation(header.getEncoding()),
                sentDigests(header.getContentDigestMap()),
                body);
    }

    static Upload upload(PutPayloadHeader header, InputStream body) {
        return new Upload(
                new Kind(header.getKind()),
                Digest.parse(header.getDigest()),
                optional(header.getContentType(), MediaType::new),
                representation(header.getEncoding()),
                sentDigests(header.getContentDigestMap()),
                body);
    }

    /** A cache entry's value: of no kind, and its digest is not that of the inputs which name it. */
    static Upload upload(CachePutHeader header, InputStream body) {
        return new Upload(
                null,
                null,
                optional(header.getContentType(), MediaType::new),
                representation(header.getEncoding()),
                sentDigests(header.getContentDigestMap()),
                body);
    }

    static ArtefactService.ListRequest list(ListManifestsRequest request) {
        if (!request.getAfter().isEmpty() && !request.getPageToken().isEmpty()) {
            throw invalid("both page_token and after", "send one of them");
        }
        ArtefactService.ListRequest list = new ArtefactService.ListRequest(
                optional(request.getKind(), Kind::new),
                optional(request.getImageDigest(), Digest::parse),
                optional(request.getScanId(), ScanId::new),
                request.getPageSize(),
                request.getPageToken(),
                PAGE_BYTES);
        return request.getAfter().isEmpty() ? list : list.behind(request.getAfter());
    }

    private static Source source(io.surfacefs.grpc.v1.Source source) {
        return new Source(
                optional(source.getScannerBuild(), Function.identity()),
                optional(source.getImageDigest(), Digest::parse),
                optional(source.getScanId(), ScanId::new));
    }

    private static Duration ttl(String text) {
        try {
            Duration ttl = Duration.parse(text);
            if (ttl.isPositive()) {
                return ttl;
            }
        } catch (DateTimeException e) {
            // told below, with what is wanted
        }
        throw invalid("not a time to live", "a positive ISO-8601 duration, like P7D or PT12H");
    }

    private static Map<String, byte[]> sentDigests(Map<String, ByteString> digests) {
        Map<String, byte[]> known = new LinkedHashMap<>();
        for (Map.Entry<String, ByteString> digest : digests.entrySet()) {
            Integer length = DIGEST_BYTES.get(digest.getKey());
            if (length != null && digest.getValue().size() != length) {
                throw invalid("not a " + digest.getKey() + " in content_digest", length + " bytes, not encoded");
            }
            if (length != null) {
                known.put(digest.getKey(), digest.getValue().toByteArray());
            }
        }
        return known;
    }

    private static <T> @Nullable T optional(String text, Function<String, T> type) {
        return text.isEmpty() ? null : type.apply(text);
    }

    private static <T> Set<T> set(List<String> texts, Function<String, T> type) {
        Set<T> set = new LinkedHashSet<>();
        for (String text : texts) {
            set.add(type.apply(text));
        }
        return set;
    }

    private static SurfaceException invalid(String what, String hint) {
        return new SurfaceException(ErrorCode.INVALID_ARGUMENT, what, hint);
    }
}
