package io.surfacefs.cli;

import io.surfacefs.client.ManifestDocument;
import io.surfacefs.client.SurfaceClient;
import io.surfacefs.model.MediaType;
import org.jspecify.annotations.Nullable;

/**
 * What people want to know of an artefact.
 *
 * @param bytes of the payload, of a scan manifest its own
 * @param storedBytes as they lie in the store
 * @param createdAt null where it is only staged, that is, has no manifest yet
 */
record ArtefactView(
        long bytes,
        long storedBytes,
        String contentType,
        @Nullable String createdAt,
        @Nullable String expiresAt,
        @Nullable String scannerBuild,
        @Nullable String imageDigest,
        @Nullable String scanId) {

    static ArtefactView of(ManifestDocument manifest) {
        boolean scan = manifest.key().isScanManifest();
        String type = manifest.member("storage.contentType");
        String source = scan ? "" : "source.";
        return new ArtefactView(
                scan ? manifest.json().length : number(manifest.member("storage.rawSizeBytes")),
                scan ? manifest.json().length : number(manifest.member("storage.sizeBytes")),
                scan || type == null ? "application/json" : new MediaType(type).value(),
                manifest.member(scan ? "generatedAt" : "createdAt"),
                manifest.member("expiresAt"),
                manifest.member("source.scannerBuild"),
                manifest.member(source + "imageDigest"),
                manifest.member(source + "scanId"));
    }

    static ArtefactView staged(SurfaceClient.PayloadFacts payload) {
        return new ArtefactView(
                payload.rawSize(), payload.storedSize(), payload.contentType().value(), null, null, null, null, null);
    }

    private static long number(@Nullable String text) {
        return text == null ? -1 : Long.parseLong(text);
    }
}
