package io.surfacefs.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;

/** {@code doctor}. */
@Command(
        name = "doctor",
        description = {
            "Run the start-up checks and say what to mend.",
            "",
            "Exit code 0 when all is fine or there are only warnings, else 11."
        },
        footer = {"  surface-fs doctor", "  surface-fs doctor --output json | jq -r '.checks[].code'"})
final class DoctorCommand extends BaseCommand {
    @Override
    public Integer call() throws Exception {
        return root().engine().run(LocalEngine.Hold.NONE, services -> tell(services.checks()));
    }

    private int tell(List<LocalEngine.Check> checks) throws IOException {
        if (json()) {
            answer(json -> {
                json.writeArrayFieldStart("checks");
                for (LocalEngine.Check check : checks) {
                    json.writeStartObject();
                    json.writeStringField("code", check.code());
                    json.writeStringField("severity", check.severity());
                    json.writeStringField("message", check.message());
                    json.writeStringField("hint", check.hint());
                    json.writeEndObject();
                }
                json.writeEndArray();
            });
        } else {
            for (LocalEngine.Check check : checks) {
                terminal().out().printf(Locale.ROOT, "%-8s %s: %s%n", check.severity(), check.code(), check.message());
                if (!check.hint().isEmpty() && !check.severity().equals("ok")) {
                    terminal().out().println("         " + check.hint());
                }
            }
        }
        return checks.stream().anyMatch(check -> check.severity().equals("error")) ? ExitCodes.REFUSED : ExitCodes.OK;
    }
}
