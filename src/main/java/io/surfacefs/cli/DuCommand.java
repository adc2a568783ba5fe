package io.surfacefs.cli;

import io.surfacefs.client.SurfaceAdmin;
import io.surfacefs.model.Tenant;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code du}. */
@Command(
        name = "du",
        description = "Show what each tenant has: artefacts, scan manifests, bytes stored and bytes of payload.",
        footer = {"  surface-fs du", "  surface-fs du --tenant acme --output json"})
final class DuCommand extends ServiceCommand {
    @Option(names = "--tenant", paramLabel = "T", description = "Only this tenant (default: all).")
    private @Nullable Tenant tenant;

    @Override
    public Integer call() throws Exception {
        return withAdmin(LocalEngine.Hold.READ, this::show);
    }

    private int show(SurfaceAdmin admin) throws IOException {
        Map<String, SurfaceAdmin.Usage> usage;
        try (Progress progress = Progress.ofItems(terminal(), showsProgress(), "counted")) {
            usage = admin.usage(tenant, progress);
        }
        if (json()) {
            answer(json -> {
                json.writeArrayFieldStart("tenants");
                for (Map.Entry<String, SurfaceAdmin.Usage> entry : usage.entrySet()) {
                    json.writeStartObject();
                    json.writeStringField("tenant", entry.getKey());
                    json.writeNumberField("artefacts", entry.getValue().artefacts());
                    json.writeNumberField("scanManifests", entry.getValue().scanManifests());
                    json.writeNumberField("storedBytes", entry.getValue().storedBytes());
                    json.writeNumberField("rawBytes", entry.getValue().rawBytes());
                    json.writeEndObject();
                }
                json.writeEndArray();
            });
            return ExitCodes.OK;
        }
        row("tenant", "artefacts", "scans", "stored", "payload");
        usage.forEach((name, had) -> row(
                name,
                Long.toString(had.artefacts()),
                Long.toString(had.scanManifests()),
                Sizes.shown(had.storedBytes()),
                Sizes.shown(had.rawBytes())));
        return ExitCodes.OK;
    }

    private void row(String name, String artefacts, String scans, String stored, String raw) {
        terminal().out().printf(Locale.ROOT, "%-24s %10s %8s %12s %12s%n", name, artefacts, scans, stored, raw);
    }
}
