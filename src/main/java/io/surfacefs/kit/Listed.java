package io.surfacefs.kit;

import io.surfacefs.client.ManifestDocument;
import io.surfacefs.client.SurfaceClient;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Tenant;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The manifests to export of a tenant, of both shapes, in the order of a kit. For one thread. */
final class Listed {
    private final Pages artefacts;
    private final Pages scans;
    private @Nullable ManifestDocument artefact;
    private @Nullable ManifestDocument scan;

    Listed(SurfaceClient client, Tenant tenant, KitExport.Options options) {
        boolean onlyScans = options.kind() != null && options.kind().isSurfaceManifest();
        boolean onlyArtefacts = options.kind() != null && !onlyScans;
        artefacts = onlyScans ? Pages.NONE : new Pages(client, query(tenant, options, options.kind()));
        scans = onlyArtefacts ? Pages.NONE : new Pages(client, query(tenant, options, Kind.SURFACE_MANIFEST));
        artefact = artefacts.next();
        scan = scans.next();
    }

    private static SurfaceClient.Query query(Tenant tenant, KitExport.Options options, @Nullable Kind kind) {
        return new SurfaceClient.Query(tenant, kind, options.image(), options.scan(), SurfaceClient.MAX_PAGE, "");
    }

    /** Null at the end. */
    @Nullable ManifestDocument next() {
        ManifestDocument first = first();
        if (first == null) {
            return null;
        }
        if (first == artefact) {
            artefact = artefacts.next();
        } else {
            scan = scans.next();
        }
        return first;
    }

    private @Nullable ManifestDocument first() {
        if (artefact == null || scan == null) {
            return artefact == null ? scan : artefact;
        }
        return KitPaths.manifest(artefact.key()).compareTo(KitPaths.manifest(scan.key())) < 0 ? artefact : scan;
    }

    /** One listing, page by page. */
    private static final class Pages {
        static final Pages NONE = new Pages(null, null);

        private final @Nullable SurfaceClient client;
        private SurfaceClient.@Nullable Query query;
        private Iterator<ManifestDocument> page = List.<ManifestDocument>of().iterator();

        Pages(@Nullable SurfaceClient client, SurfaceClient.@Nullable Query query) {
            this.client = client;
            this.query = query;
        }

        @Nullable ManifestDocument next() {
            while (!page.hasNext()) {
                if (query == null || client == null) {
                    return null;
                }
                SurfaceClient.Page got = client.list(query);
                page = got.manifests().iterator();
                query = got.nextPageToken() == null
                        ? null
                        : new SurfaceClient.Query(
                                query.tenant(),
                                query.kind(),
                                query.image(),
                                query.scan(),
                                query.pageSize(),
                                got.nextPageToken());
            }
            return page.next();
        }
    }
}
