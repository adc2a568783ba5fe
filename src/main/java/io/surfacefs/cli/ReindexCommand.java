package io.surfacefs.cli;

import io.surfacefs.client.SurfaceAdmin;
import java.io.IOException;
import java.util.Locale;
import picocli.CommandLine.Command;

/** {@code reindex}. */
@Command(
        name = "reindex",
        description = {
            "Mend the index by image and scan: add what manifests name, drop what has had no manifest for long.",
            "",
            "On a folder that a server runs on: with --endpoint."
        },
        footer = {"  surface-fs reindex", "  surface-fs reindex --endpoint http://127.0.0.1:8080"})
final class ReindexCommand extends ServiceCommand {
    @Override
    public Integer call() throws Exception {
        return withAdmin(LocalEngine.Hold.ALONE, this::reindex);
    }

    private int reindex(SurfaceAdmin admin) throws IOException {
        SurfaceAdmin.Reindexed result;
        try (Progress progress = Progress.ofItems(terminal(), showsProgress(), "looked at")) {
            result = admin.reindex(progress);
        }
        if (json()) {
            answer(json -> {
                json.writeNumberField("manifests", result.manifests());
                json.writeNumberField("added", result.added());
                json.writeNumberField("dropped", result.dropped());
            });
        } else {
            terminal()
                    .out()
                    .printf(
                            Locale.ROOT,
                            "%d manifests, %d entries added, %d dropped%n",
                            result.manifests(),
                            result.added(),
                            result.dropped());
        }
        return ExitCodes.OK;
    }
}
