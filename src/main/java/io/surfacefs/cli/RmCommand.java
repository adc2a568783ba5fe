package io.surfacefs.cli;

import io.surfacefs.client.SurfaceClient;
import io.surfacefs.model.ArtefactKey;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code rm}. */
@Command(
        name = "rm",
        description = {
            "Remove an artefact, where retention allows it (surface.retention.delete, by default: never).",
            "",
            "Manifest and payload are gone at once, the payload's object after surface.store.grace. On a folder that a"
                    + " server runs on: with --endpoint."
        },
        footer = {
            "  surface-fs rm --tenant acme --kind sbom.fragment sha256:… \\",
            "      --endpoint http://127.0.0.1:8080",
            "  export SURFACE_RETENTION_DELETE=any",
            "  surface-fs rm --tenant acme --kind sbom.fragment sha256:…"
        })
final class RmCommand extends ServiceCommand {
    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private KeyOptions key;

    @Override
    public Integer call() throws Exception {
        return withClient(LocalEngine.Hold.ALONE, this::remove);
    }

    private int remove(SurfaceClient client) throws IOException {
        ArtefactKey wanted = key.key();
        client.delete(wanted);
        if (json()) {
            answer(json -> {
                json.writeStringField("tenant", wanted.tenant().value());
                json.writeStringField("kind", wanted.kind().value());
                json.writeStringField("digest", wanted.digest().toString());
                json.writeBooleanField("deleted", true);
            });
        }
        return ExitCodes.OK;
    }
}
