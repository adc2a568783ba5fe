package io.surfacefs.service;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.IndexEntry;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.store.ArtefactStore;
import java.util.ArrayList;
import java.util.List;

/** What a tenant has, page by page. Who asks has been admitted. Thread-safe. */
final class Lists {
    private static final int MAX_PAGE = 500;
    private static final int MAX_INDEX_PAGE = 1_000;
    private static final int DEFAULT_PAGE = 50;

    private final ArtefactStore store;
    private final PageTokens tokens;
    private final SignatureGate gate;
    private final Runnable lookAtKeys;

    /** @param lookAtKeys run before signatures are looked at */
    Lists(ArtefactStore store, SignatureGate gate, Runnable lookAtKeys) {
        this.store = store;
        this.tokens = new PageTokens(store::secret);
        this.gate = gate;
        this.lookAtKeys = lookAtKeys;
    }

    /** As {@link ArtefactService#list}. */
    ArtefactService.ListResult manifests(Tenant tenant, ArtefactService.ListRequest request) {
        if (request.pageSize() < 0 || request.pageSize() > MAX_PAGE) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "the page size is not in 1 to " + MAX_PAGE,
                    "leave it out for the default");
        }
        String position = tokens.position(tenant, request);
        lookAtKeys.run();
        ArtefactStore.Page page = store.page(new ArtefactStore.Query(
                tenant,
                request.kind(),
                request.image(),
                request.scan(),
                position,
                request.pageSize() == 0 ? DEFAULT_PAGE : request.pageSize(),
                request.maxBytes()));
        String next = page.next() == null ? null : tokens.issue(tenant, request, page.next());
        return new ArtefactService.ListResult(trusted(page.manifests()), next, page.next());
    }

    /** Those of a page that may be given; as one that can't be read, another is left out. */
    private List<Manifest> trusted(List<Manifest> manifests) {
        if (!gate.looks()) {
            return manifests;
        }
        List<Manifest> trusted = new ArrayList<>();
        for (Manifest manifest : manifests) {
            // A list doesn't tell who signed a scan manifest.
            Manifest whole = manifest.key().isScanManifest() ? store.manifest(manifest.key()) : manifest;
            if (whole != null && gate.lets(whole)) {
                trusted.add(whole);
            }
        }
        return trusted;
    }

    /** As {@link ArtefactService#index}. */
    ArtefactService.IndexResult index(Tenant tenant, String after, int pageSize) {
        if (pageSize < 0 || pageSize > MAX_INDEX_PAGE) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "the page size is not in 1 to " + MAX_INDEX_PAGE,
                    "leave it out for the most");
        }
        if (!after.isEmpty() && IndexEntry.at(tenant, after) == null) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT, "after is no place of the index", "send nextAfter of the page before");
        }
        ArtefactStore.IndexPage page = store.index(tenant, after, pageSize == 0 ? MAX_INDEX_PAGE : pageSize);
        return new ArtefactService.IndexResult(page.entries(), page.next());
    }
}
