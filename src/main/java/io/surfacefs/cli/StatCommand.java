package io.surfacefs.cli;

import io.surfacefs.client.ManifestDocument;
import io.surfacefs.client.SurfaceClient;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code stat}. */
@Command(
        name = "stat",
        description = {
            "Show what is known of an artefact: sizes, type, expiry, where it comes from.",
            "",
            "A payload that waits for its manifest is shown as staged."
        },
        footer = {
            "  surface-fs stat --tenant acme --kind sbom.fragment sha256:…",
            "  surface-fs stat --tenant acme --kind sbom.fragment sha256:… --output json"
        })
final class StatCommand extends ServiceCommand {
    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private KeyOptions key;

    @Override
    public Integer call() throws Exception {
        return withClient(LocalEngine.Hold.READ, this::stat);
    }

    private int stat(SurfaceClient client) throws IOException {
        ArtefactKey wanted = key.key();
        @Nullable ManifestDocument manifest = null;
        ArtefactView view;
        try {
            manifest = client.manifest(wanted);
            view = ArtefactView.of(manifest);
        } catch (SurfaceException e) {
            view = staged(client, wanted, e);
        }
        if (json()) {
            answerJson(wanted, manifest, view);
        } else {
            answerText(wanted, manifest, view);
        }
        return ExitCodes.OK;
    }

    /** What is known of a payload without a manifest; where there is none either, the manifest's failure stands. */
    private static ArtefactView staged(SurfaceClient client, ArtefactKey wanted, SurfaceException failure) {
        if (failure.code() != ErrorCode.NOT_FOUND || wanted.isScanManifest()) {
            throw failure;
        }
        try {
            return ArtefactView.staged(client.stat(wanted));
        } catch (SurfaceException e) {
            throw e.code() == ErrorCode.NOT_FOUND ? failure : e;
        }
    }

    private static String uri(ArtefactKey wanted) {
        return wanted.isScanManifest() ? ObjectNames.manifestUri(wanted) : ObjectNames.payloadUri(wanted);
    }

    private void answerJson(ArtefactKey wanted, @Nullable ManifestDocument manifest, ArtefactView view)
            throws IOException {
        answer(json -> {
            json.writeStringField("tenant", wanted.tenant().value());
            json.writeStringField("kind", wanted.kind().value());
            json.writeStringField("digest", wanted.digest().toString());
            json.writeStringField("uri", uri(wanted));
            json.writeBooleanField("staged", manifest == null);
            json.writeNumberField("bytes", view.bytes());
            json.writeNumberField("storedBytes", view.storedBytes());
            json.writeStringField("contentType", view.contentType());
            Json.optional(json, "createdAt", view.createdAt());
            Json.optional(json, "expiresAt", view.expiresAt());
            Json.optional(json, "scannerBuild", view.scannerBuild());
            Json.optional(json, "imageDigest", view.imageDigest());
            Json.optional(json, "scanId", view.scanId());
            if (manifest != null) {
                json.writeStringField("manifestDigest", manifest.digest().toString());
                json.writeNumberField("manifestBytes", manifest.json().length);
            }
        });
    }

    private void answerText(ArtefactKey wanted, @Nullable ManifestDocument manifest, ArtefactView view) {
        row("tenant", wanted.tenant().value());
        row("kind", wanted.kind().value());
        row("digest", wanted.digest().toString());
        row("uri", uri(wanted));
        row("bytes", view.bytes() + people(view.bytes()));
        row(
                "stored bytes",
                view.storedBytes()
                        + people(view.storedBytes())
                        + (view.storedBytes() > 0 && view.bytes() > 0
                                ? String.format(Locale.ROOT, ", %.1f to 1", (double) view.bytes() / view.storedBytes())
                                : ""));
        row("content type", view.contentType());
        row("created", manifest == null ? "staged: no manifest yet" : view.createdAt());
        row("expires", view.expiresAt());
        row("scanner build", view.scannerBuild());
        row("image digest", view.imageDigest());
        row("scan id", view.scanId());
        row("manifest digest", manifest == null ? null : manifest.digest().toString());
    }

    private static String people(long bytes) {
        return bytes < 1024 ? "" : " (" + Sizes.shown(bytes) + ")";
    }

    private void row(String name, @Nullable String value) {
        if (value != null) {
            terminal().out().printf(Locale.ROOT, "%-17s%s%n", name, value);
        }
    }
}
