package io.surfacefs.web;

import io.quarkus.qute.RawString;
import io.quarkus.qute.TemplateInstance;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ArtefactManifest;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.service.ArtefactService;
import io.surfacefs.service.ItemKey;
import io.surfacefs.service.PayloadHandle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One artefact, or one scan manifest: what is known of it, its manifest, the begin of its payload. Thread-safe. */
final class ArtefactPage {
    private static final int LONGEST_MANIFEST = 1 << 20;
    private static final int MOST_LISTED = 500;

    private final ArtefactService artefacts;
    private final Templates templates;

    ArtefactPage(ArtefactService artefacts, Templates templates) {
        this.artefacts = artefacts;
        this.templates = templates;
    }

    Answer page(TenantAccess tenant, Kind kind, Digest digest) {
        ItemKey key = new ItemKey(kind, digest);
        Manifest manifest = artefacts.manifest(tenant, key);
        JsonLayout.Laid laid =
                JsonLayout.of(new String(manifest.canonical(), StandardCharsets.UTF_8), LONGEST_MANIFEST);
        String api = "/api/v1/tenants/" + tenant.tenant() + "/";
        String item = kind + "/" + digest;
        TemplateInstance page = templates
                .page("artefact")
                .data("tenant", tenant.tenant().value())
                .data("kind", kind.value())
                .data("digest", digest.toString())
                .data("manifest", new RawString(laid.html()))
                .data("manifestWhole", laid.whole())
                .data("manifestLink", api + "manifests/" + item)
                .data("payloadLink", api + "payloads/" + item)
                .data("file", kind + "-" + digest.hex().substring(0, 12))
                .data("most", Words.bytes(PayloadView.MOST))
                .data("at", "browse");
        return Answer.page(
                200,
                switch (manifest) {
                    case ArtefactManifest artefact -> payload(tenant, key, artefact, page.data("listed", List.of()));
                    case ScanManifest scan -> scan(scan, page);
                });
    }

    private TemplateInstance payload(
            TenantAccess tenant, ItemKey key, ArtefactManifest manifest, TemplateInstance page) {
        page.data("facts", facts(tenant, manifest)).data("scan", false);
        try (PayloadHandle payload = artefacts.payload(tenant, key)) {
            PayloadView view = PayloadView.of(payload, key.kind().value());
            page.data("form", view.form())
                    .data("html", new RawString(view.html()))
                    .data("lines", view.lines().stream().map(RawString::new).toList())
                    .data("whole", view.whole())
                    .data("code", "")
                    .data("why", "");
        } catch (SurfaceException e) {
            // What is known of it is worth showing all the more.
            page.data("form", "none")
                    .data("html", "")
                    .data("lines", List.of())
                    .data("whole", true)
                    .data("code", e.code().name())
                    .data("why", String.valueOf(FailurePage.reason(e).getMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return page;
    }

    private static TemplateInstance scan(ScanManifest scan, TemplateInstance page) {
        List<Map<String, String>> listed = new ArrayList<>();
        for (ArtefactKey key : scan.artefacts().stream().limit(MOST_LISTED).toList()) {
            listed.add(Map.of("kind", key.kind().value(), "digest", key.digest().toString()));
        }
        List<Map<String, String>> facts = new ArrayList<>();
        facts.add(fact("Scan", scan.scanId().value(), ""));
        facts.add(fact("Generated", scan.generatedAt().text(), ""));
        if (scan.imageDigest() != null) {
            facts.add(fact("Image", scan.imageDigest().toString(), ""));
        }
        facts.add(fact("Artefacts", Words.count(scan.artefacts().size()), ""));
        return page.data("facts", facts)
                .data("listed", listed)
                .data("scan", true)
                .data("form", "none")
                .data("html", "")
                .data("lines", List.of())
                .data("whole", true)
                .data("code", "")
                .data("why", "");
    }

    private static List<Map<String, String>> facts(TenantAccess tenant, ArtefactManifest manifest) {
        String here = "/browse/" + tenant.tenant();
        List<Map<String, String>> facts = new ArrayList<>();
        facts.add(fact("Created", manifest.createdAt().text(), ""));
        if (manifest.expiresAt() != null) {
            facts.add(fact("Expires", manifest.expiresAt().text(), ""));
        }
        facts.add(fact("Type", Html.visible(manifest.payload().contentType().value()), ""));
        facts.add(fact(
                "Size",
                Words.bytes(manifest.payload().rawSize()) + ", stored in "
                        + Words.bytes(manifest.payload().storedSize()),
                ""));
        Digest image = manifest.source().imageDigest();
        if (image != null) {
            facts.add(fact("Image", image.toString(), here + "?image_digest=" + image));
        }
        if (manifest.source().scanId() != null) {
            String scan = manifest.source().scanId().value();
            facts.add(fact("Scan", scan, here + "?scan_id=" + scan.replace("+", "%2B")));
        }
        if (manifest.source().scannerBuild() != null) {
            facts.add(fact("Scanner", Html.visible(manifest.source().scannerBuild()), ""));
        }
        return facts;
    }

    private static Map<String, String> fact(String label, String value, String link) {
        return Map.of("label", label, "value", value, "link", link);
    }
}
