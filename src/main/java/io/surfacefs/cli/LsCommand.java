package io.surfacefs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.surfacefs.client.ManifestDocument;
import io.surfacefs.client.SurfaceClient;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.Tenant;
import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ls}. */
@Command(
        name = "ls",
        description = {
            "List a tenant's artefacts in key order: kind, tab, digest.",
            "",
            "Scan manifests are listed only with --kind surface.manifest. With --output json: an array of manifests."
        },
        footer = {
            "  surface-fs ls --tenant acme",
            "  surface-fs ls --tenant acme --image-digest sha256:… --long",
            "  surface-fs ls --tenant acme --output json | jq -r '.[].digest'"
        })
final class LsCommand extends ServiceCommand {
    @Option(
            names = "--tenant",
            paramLabel = "T",
            required = true,
            defaultValue = "${env:SURFACE_TENANT}",
            description = "Owner of the artefacts (default: SURFACE_TENANT).")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Tenant tenant;

    @Option(names = "--kind", paramLabel = "K", description = "Only this kind.")
    private @Nullable Kind kind;

    @Option(names = "--image-digest", paramLabel = "D", description = "Only what this image has.")
    private @Nullable Digest image;

    @Option(names = "--scan-id", paramLabel = "S", description = "Only what this scan has.")
    private @Nullable ScanId scan;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many (default: all).")
    private long limit = Long.MAX_VALUE;

    @Option(
            names = {"-l", "--long"},
            description = "Also bytes, stored bytes, creation, expiry and content type, each behind a tab.")
    private boolean detailed;

    @Override
    public Integer call() throws Exception {
        if (limit < 1) {
            throw wrongUsage("--limit is at least 1");
        }
        return withClient(LocalEngine.Hold.READ, this::list);
    }

    private int list(SurfaceClient client) throws IOException {
        if (json()) {
            answerArray(json -> each(client, manifest -> write(json, manifest)));
        } else {
            PrintWriter out = terminal().out();
            each(client, manifest -> print(out, manifest));
        }
        return ExitCodes.OK;
    }

    private interface Visitor {
        void visit(ManifestDocument manifest) throws IOException;
    }

    private void each(SurfaceClient client, Visitor visitor) throws IOException {
        long left = limit;
        String token = "";
        do {
            int size = (int) Math.min(left, SurfaceClient.MAX_PAGE);
            SurfaceClient.Page page = client.list(new SurfaceClient.Query(tenant, kind, image, scan, size, token));
            for (ManifestDocument manifest : page.manifests()) {
                visitor.visit(manifest);
            }
            left -= page.manifests().size();
            token = page.nextPageToken();
            // Whoever reads the pipe may have left, as head does: the rest would be for nobody.
        } while (token != null && left > 0 && !terminal().out().checkError());
    }

    private static void write(JsonGenerator json, ManifestDocument manifest) throws IOException {
        json.writeRawValue(manifest.text());
    }

    private void print(PrintWriter out, ManifestDocument manifest) {
        out.print(manifest.key().kind());
        out.print('\t');
        out.print(manifest.key().digest());
        if (detailed) {
            ArtefactView view = ArtefactView.of(manifest);
            out.print("\t" + view.bytes() + "\t" + view.storedBytes() + "\t" + view.createdAt() + "\t"
                    + (view.expiresAt() == null ? "-" : view.expiresAt()) + "\t" + view.contentType());
        }
        out.println();
    }
}
