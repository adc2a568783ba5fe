package io.surfacefs.store.upstream;

import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.grpc.v1.FindMissingRequest;
import io.surfacefs.grpc.v1.Key;
import io.surfacefs.grpc.v1.ListIndexResponse;
import io.surfacefs.grpc.v1.ListManifestsResponse;
import io.surfacefs.grpc.v1.SurfaceFsGrpc;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.IndexEntry;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.ops.Events;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.wire.Questions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Questions about many manifests at once. Thread-safe. */
final class Listing {
    /** The most keys that one question may have. */
    private static final int MAX_KEYS = 1_000;

    private final Connections upstream;
    private final ManifestCodec codec;
    private final Events events;

    Listing(Connections upstream, ManifestCodec codec, Events events) {
        this.upstream = upstream;
        this.codec = codec;
        this.events = events;
    }

    ArtefactStore.Page page(ArtefactStore.Query query) {
        ListManifestsResponse answer = upstream.ask(
                SurfaceFsGrpc.getListManifestsMethod(),
                Questions.list(query.tenant(), query.kind(), query.image(), query.scan(), query.limit())
                        .setAfter(query.after())
                        .build(),
                upstream.limits().many());
        List<Manifest> page = new ArrayList<>();
        long bytes = 0;
        String last = query.after();
        for (io.surfacefs.grpc.v1.ArtefactManifest one : answer.getManifestsList()) {
            ArtefactKey key = key(query.tenant(), one.getKind(), one.getDigest());
            bytes += one.getJsonBytes().size();
            if (!page.isEmpty() && bytes > query.maxBytes()) {
                return new ArtefactStore.Page(page, last);
            }
            Manifest manifest = readable(key, one);
            if (manifest != null) {
                page.add(manifest);
            }
            last = place(key);
        }
        return new ArtefactStore.Page(page, answer.getNextAfter().isEmpty() ? null : answer.getNextAfter());
    }

    private @Nullable Manifest readable(ArtefactKey key, io.surfacefs.grpc.v1.ArtefactManifest one) {
        try {
            return UpstreamStore.read(codec, key, one.getJsonBytes());
        } catch (SurfaceException e) {
            events.corruptManifest(key);
            return null;
        }
    }

    ArtefactStore.IndexPage index(Tenant tenant, String after, int limit) {
        ListIndexResponse answer = upstream.ask(
                SurfaceFsGrpc.getListIndexMethod(),
                Questions.index(tenant, after, limit),
                upstream.limits().many());
        List<IndexEntry> entries = new ArrayList<>();
        for (ListIndexResponse.Entry one : answer.getEntriesList()) {
            try {
                entries.add(Questions.entry(tenant, one));
            } catch (SurfaceException e) {
                throw UpstreamFaults.strange(e);
            }
        }
        return new ArtefactStore.IndexPage(entries, answer.getNextAfter().isEmpty() ? null : answer.getNextAfter());
    }

    List<ArtefactKey> missing(Collection<ArtefactKey> keys) {
        Map<Tenant, List<ArtefactKey>> byTenant = new LinkedHashMap<>();
        keys.forEach(key ->
                byTenant.computeIfAbsent(key.tenant(), t -> new ArrayList<>()).add(key));
        Set<ArtefactKey> missing = new HashSet<>();
        byTenant.forEach((tenant, all) -> {
            for (int from = 0; from < all.size(); from += MAX_KEYS) {
                missing.addAll(missing(tenant, all.subList(from, Math.min(all.size(), from + MAX_KEYS))));
            }
        });
        return keys.stream().filter(missing::contains).toList();
    }

    private List<ArtefactKey> missing(Tenant tenant, List<ArtefactKey> keys) {
        FindMissingRequest.Builder request = FindMissingRequest.newBuilder().setTenant(tenant.value());
        for (ArtefactKey key : keys) {
            request.addKeys(Key.newBuilder()
                    .setKind(key.kind().value())
                    .setDigest(key.digest().toString()));
        }
        return upstream
                .ask(
                        SurfaceFsGrpc.getFindMissingMethod(),
                        request.build(),
                        upstream.limits().many())
                .getMissingList()
                .stream()
                .map(key -> key(tenant, key.getKind(), key.getDigest()))
                .toList();
    }

    private static ArtefactKey key(Tenant tenant, String kind, String digest) {
        try {
            return new ArtefactKey(tenant, new Kind(kind), Digest.parse(digest));
        } catch (SurfaceException e) {
            throw UpstreamFaults.strange(e);
        }
    }

    private static String place(ArtefactKey key) {
        return key.kind() + "/" + key.digest().hex();
    }
}
