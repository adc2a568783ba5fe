package io.surfacefs.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code config}. */
@Command(
        name = "config",
        description = {
            "Show the effective surface.* configuration, and what of quarkus.* is set, and where each value comes from.",
            "",
            "Of secrets the files' names are shown; *** stands for a value of quarkus.* that is one."
        },
        footer = {"  surface-fs config", "  SURFACE_HOME=/var/lib/surface-fs surface-fs config --output json"})
final class ConfigCommand extends BaseCommand {
    @Override
    public Integer call() throws Exception {
        return root().engine().run(LocalEngine.Hold.NONE, services -> show(services.settings()));
    }

    private int show(List<LocalEngine.Setting> settings) throws IOException {
        if (json()) {
            answer(json -> {
                json.writeArrayFieldStart("properties");
                for (LocalEngine.Setting setting : settings) {
                    json.writeStartObject();
                    json.writeStringField("name", setting.name());
                    Json.optional(json, "value", setting.value());
                    json.writeStringField("source", setting.source() == null ? "default" : setting.source());
                    json.writeEndObject();
                }
                json.writeEndArray();
            });
            return ExitCodes.OK;
        }
        PrintWriter out = terminal().out();
        for (LocalEngine.Setting setting : settings) {
            out.println(setting.name() + "=" + (setting.value() == null ? "" : setting.value()) + "  # "
                    + (setting.source() == null ? "default" : setting.source()));
        }
        return ExitCodes.OK;
    }
}
