package io.surfacefs.cli;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Tenant;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Names one artefact. */
final class KeyOptions {
    @Option(
            names = "--tenant",
            paramLabel = "T",
            required = true,
            defaultValue = "${env:SURFACE_TENANT}",
            description = "Owner of the artefact (default: SURFACE_TENANT).")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Tenant tenant;

    @Option(
            names = "--kind",
            paramLabel = "K",
            required = true,
            description = "What it is, like sbom.fragment or layer-entry-trace.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Kind kind;

    @Parameters(paramLabel = "DIGEST", description = "sha256: and 64 hex characters, of the uncompressed bytes.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Digest digest;

    ArtefactKey key() {
        return new ArtefactKey(tenant, kind, digest);
    }
}
