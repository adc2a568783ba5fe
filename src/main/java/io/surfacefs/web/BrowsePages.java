package io.surfacefs.web;

import io.surfacefs.access.Access;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.service.AdminService;
import io.surfacefs.service.ArtefactService;
import io.surfacefs.service.ArtefactService.ListRequest;
import io.surfacefs.service.ArtefactService.ListResult;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** Tenants, their kinds, and the artefacts of a kind, page by page. Thread-safe; methods may block. */
final class BrowsePages {
    /** So many names stand on a page of tenants or kinds. */
    private static final int NAMES = 100;

    /** So many short lists are asked for at most to find kinds. */
    private static final int QUESTIONS = 500;

    private static final int MANIFESTS = 50;
    private static final long MOST_BYTES = 4 << 20;
    /** Behind every artefact of a kind, but one that nobody will ever make. */
    private static final String LAST_OF_A_KIND = "/" + "f".repeat(64);

    private final Access access;
    private final ArtefactService artefacts;
    private final AdminService admin;
    private final Templates templates;
    private final ArtefactPage artefact;

    BrowsePages(Access access, ArtefactService artefacts, AdminService admin, Templates templates) {
        this.access = access;
        this.artefacts = artefacts;
        this.admin = admin;
        this.templates = templates;
        this.artefact = new ArtefactPage(artefacts, templates);
    }

    /**
     * The page of a path: {@code /browse}, {@code /browse/T}, {@code /browse/T/KIND}, {@code /browse/T/KIND/DIGEST}.
     */
    Answer page(Visit visit) {
        List<String> parts = visit.parts();
        if (parts.isEmpty()) {
            return tenants(visit);
        }
        TenantAccess tenant = visit.admit(access, parts.getFirst());
        return switch (parts.size()) {
            case 1 -> tenant(visit, tenant);
            case 2 -> kind(visit, tenant, new Kind(parts.get(1)));
            case 3 -> artefact.page(tenant, new Kind(parts.get(1)), Digest.parse(parts.get(2)));
            default -> throw new SurfaceException(ErrorCode.NOT_FOUND, "there is no such page");
        };
    }

    private Answer tenants(Visit visit) {
        if (!visit.query("tenant").isEmpty()) {
            return Answer.elsewhere(
                    "/browse/" + new Tenant(visit.query("tenant").strip()));
        }
        SortedSet<String> named = access.tenants(visit.caller());
        List<String> shown;
        if (named != null) {
            shown = named.stream()
                    .filter(name -> name.compareTo(visit.query("after")) > 0)
                    .limit(NAMES + 1L)
                    .toList();
        } else {
            String after = visit.query("after");
            shown = admin.tenants(visit.caller(), after.isEmpty() ? "" : new Tenant(after).value(), NAMES + 1).stream()
                    .map(Tenant::value)
                    .toList();
        }
        boolean more = shown.size() > NAMES;
        List<String> names = more ? shown.subList(0, NAMES) : shown;
        return Answer.page(
                200,
                templates
                        .page("tenants")
                        .data("tenants", names)
                        .data("next", more ? "/browse?after=" + encoded(names.getLast()) : "")
                        .data("at", "browse"));
    }

    private Answer tenant(Visit visit, TenantAccess tenant) {
        String image = visit.query("image_digest");
        String scan = visit.query("scan_id");
        if (!image.isEmpty() || !scan.isEmpty()) {
            return list(visit, tenant, null);
        }
        List<Kind> kinds = kinds(tenant, visit.query("after"));
        boolean more = kinds.size() > NAMES;
        List<String> names = kinds.stream().limit(NAMES).map(Kind::value).toList();
        boolean scans = visit.query("after").isEmpty()
                && !page(tenant, request(Kind.SURFACE_MANIFEST, null, null, 1, ""))
                        .manifests()
                        .isEmpty();
        return Answer.page(
                200,
                templates
                        .page("kinds")
                        .data("tenant", tenant.tenant().value())
                        .data("kinds", names)
                        .data("scans", scans)
                        .data("next", more ? "/browse/" + tenant.tenant() + "?after=" + names.getLast() : "")
                        .data("at", "browse"));
    }

    /** The kinds that a tenant has, one more than a page takes where there are more. Costs a short list for each. */
    private List<Kind> kinds(TenantAccess tenant, String after) {
        List<Kind> kinds = new ArrayList<>();
        String place = after.isEmpty() ? "" : new Kind(after) + LAST_OF_A_KIND;
        ListRequest first = request(null, null, null, 1, "");
        for (int asked = 0; kinds.size() <= NAMES && asked < QUESTIONS; asked++) {
            ListResult found = page(tenant, place.isEmpty() ? first : first.behind(place));
            String next = found.next();
            if (!found.manifests().isEmpty()) {
                Kind kind = found.manifests().getFirst().key().kind();
                kinds.add(kind);
                place = kind + LAST_OF_A_KIND;
            } else if (next != null) {
                place = next; // one that is not to be trusted was left out
            } else {
                break;
            }
        }
        return kinds;
    }

    private Answer kind(Visit visit, TenantAccess tenant, Kind kind) {
        return list(visit, tenant, kind);
    }

    private Answer list(Visit visit, TenantAccess tenant, @Nullable Kind kind) {
        String image = visit.query("image_digest").strip();
        String scan = visit.query("scan_id").strip();
        ListResult result = page(
                tenant,
                request(
                        kind,
                        image.isEmpty() ? null : Digest.parse(image),
                        scan.isEmpty() ? null : new ScanId(scan),
                        MANIFESTS,
                        visit.query("page_token")));
        String path = "/browse/" + tenant.tenant() + (kind == null ? "" : "/" + kind);
        String filter = parameter("image_digest", image) + parameter("scan_id", scan);
        String next = result.nextPageToken();
        return Answer.page(
                200,
                templates
                        .page("artefacts")
                        .data("tenant", tenant.tenant().value())
                        .data("kind", kind == null ? "" : kind.value())
                        .data("image", image)
                        .data("scan", scan)
                        .data("path", path)
                        .data(
                                "rows",
                                result.manifests().stream()
                                        .map(BrowsePages::row)
                                        .toList())
                        .data("first", visit.query("page_token").isEmpty() ? "" : link(path, filter))
                        .data("next", next == null ? "" : link(path, filter + parameter("page_token", next)))
                        .data("at", "browse"));
    }

    private static String link(String path, String parameters) {
        return parameters.isEmpty() ? path : path + "?" + parameters.substring(1);
    }

    private static String parameter(String name, String value) {
        return value.isEmpty() ? "" : "&" + name + "=" + encoded(value);
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private ListResult page(TenantAccess tenant, ListRequest request) {
        return artefacts.list(tenant, request);
    }

    private static ListRequest request(
            @Nullable Kind kind, @Nullable Digest image, @Nullable ScanId scan, int size, String token) {
        return new ListRequest(kind, image, scan, size, token, MOST_BYTES);
    }

    /** A line of a list. */
    static Map<String, String> row(Manifest manifest) {
        String kind = manifest.key().kind().value();
        String digest = manifest.key().digest().toString();
        return switch (manifest) {
            case ArtefactManifest one ->
                Map.of(
                        "kind", kind,
                        "digest", digest,
                        "time", one.createdAt().text(),
                        "raw", Words.bytes(one.payload().rawSize()),
                        "stored", Words.bytes(one.payload().storedSize()),
                        "type", Html.visible(one.payload().contentType().value()));
            case ScanManifest scan ->
                Map.of(
                        "kind",
                        kind,
                        "digest",
                        digest,
                        "time",
                        scan.generatedAt().text(),
                        "raw",
                        Words.count(scan.artefacts().size()) + " listed",
                        "stored",
                        "",
                        "type",
                        scan.scanId().value());
        };
    }
}
