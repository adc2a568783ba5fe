package io.surfacefs.kit;

import io.surfacefs.client.ManifestDocument;
import io.surfacefs.client.SurfaceClient;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Tenant;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The manifests to export of a tenant, of both shapes, in the order of a kit. A page of each is got ahead of its turn.
 * For one thread; to be closed.
 */
final class Listed implements AutoCloseable {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final SurfaceClient client;
    private final @Nullable Pages artefacts;
    private final @Nullable Pages scans;
    private boolean begun;
    private @Nullable ManifestDocument artefact;
    private @Nullable ManifestDocument scan;

    /** Begins to list; waits for nothing. */
    Listed(SurfaceClient client, Tenant tenant, KitExport.Options options) {
        this.client = client;
        boolean onlyScans = options.kind() != null && options.kind().isSurfaceManifest();
        boolean onlyArtefacts = options.kind() != null && !onlyScans;
        artefacts = onlyScans ? null : new Pages(query(tenant, options, options.kind()));
        scans = onlyArtefacts ? null : new Pages(query(tenant, options, Kind.SURFACE_MANIFEST));
    }

    private static SurfaceClient.Query query(Tenant tenant, KitExport.Options options, @Nullable Kind kind) {
        return new SurfaceClient.Query(tenant, kind, options.image(), options.scan(), SurfaceClient.MAX_PAGE, "");
    }

    /** Null at the end. */
    @Nullable ManifestDocument next() throws IOException {
        if (!begun) {
            begun = true;
            artefact = next(artefacts);
            scan = next(scans);
        }
        ManifestDocument first = first();
        if (first == null) {
            return null;
        }
        if (first == artefact) {
            artefact = next(artefacts);
        } else {
            scan = next(scans);
        }
        return first;
    }

    private static @Nullable ManifestDocument next(@Nullable Pages pages) throws IOException {
        return pages == null ? null : pages.next();
    }

    private @Nullable ManifestDocument first() {
        if (artefact == null || scan == null) {
            return artefact == null ? scan : artefact;
        }
        return KitPaths.manifest(artefact.key()).compareTo(KitPaths.manifest(scan.key())) < 0 ? artefact : scan;
    }

    /** Waits for a page that is under way. */
    @Override
    public void close() {
        threads.close();
    }

    /** One listing, page by page. */
    private final class Pages {
        private final SurfaceClient.Query query;
        private Iterator<ManifestDocument> page = List.<ManifestDocument>of().iterator();
        private @Nullable Future<SurfaceClient.Page> ahead;

        Pages(SurfaceClient.Query query) {
            this.query = query;
            this.ahead = threads.submit(() -> client.list(query));
        }

        @Nullable ManifestDocument next() throws IOException {
            while (!page.hasNext()) {
                if (ahead == null) {
                    return null;
                }
                SurfaceClient.Page got = Workers.got(ahead);
                page = got.manifests().iterator();
                ahead = got.nextPageToken() == null ? null : threads.submit(() -> client.list(behind(got)));
            }
            return page.next();
        }

        private SurfaceClient.Query behind(SurfaceClient.Page got) {
            return new SurfaceClient.Query(
                    query.tenant(),
                    query.kind(),
                    query.image(),
                    query.scan(),
                    query.pageSize(),
                    String.valueOf(got.nextPageToken()));
        }
    }
}
