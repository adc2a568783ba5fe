package io.surfacefs.cli;

import io.surfacefs.client.SurfaceAdmin;
import java.io.IOException;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gc}. */
@Command(
        name = "gc",
        description = {
            "Drop payloads that have had no manifest for long.",
            "",
            "A payload without a manifest that is older than surface.store.grace is marked, and dropped by a later run"
                    + " when it has stayed so for another grace. On a folder that a server runs on: with --endpoint.",
            "",
            "Mind surface.store.manifest-bucket: with a wrong name no payload has a manifest. Look with --dry-run first."
        },
        footer = {"  surface-fs gc --dry-run", "  surface-fs gc --endpoint http://127.0.0.1:8080 --output json"})
final class GcCommand extends ServiceCommand {
    @Option(names = "--dry-run", description = "Only count what would be marked.")
    private boolean dryRun;

    @Override
    public Integer call() throws Exception {
        return withAdmin(LocalEngine.Hold.ALONE, this::collect);
    }

    private int collect(SurfaceAdmin admin) throws IOException {
        SurfaceAdmin.Collected result;
        try (Progress progress = Progress.ofItems(terminal(), showsProgress(), "looked at")) {
            result = admin.gc(dryRun, progress);
        }
        if (json()) {
            answer(json -> {
                json.writeBooleanField("dryRun", dryRun);
                json.writeNumberField("marked", result.marked());
                json.writeNumberField("dropped", result.dropped());
            });
        } else if (dryRun) {
            terminal().out().printf(Locale.ROOT, "would mark %d%n", result.marked());
        } else {
            terminal().out().printf(Locale.ROOT, "marked %d, dropped %d%n", result.marked(), result.dropped());
        }
        return ExitCodes.OK;
    }
}
