package io.surfacefs.cli;

import io.surfacefs.client.SurfaceAdmin;
import io.surfacefs.model.Tenant;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code fsck}. */
@Command(
        name = "fsck",
        description = {
            "Read every manifest and verify every payload by decoding it. Changes nothing.",
            "",
            "Prints a line for each artefact that is not whole; exit code 2 when there is one. May run beside a server."
        },
        footer = {"  surface-fs fsck", "  surface-fs fsck --tenant acme --output json | jq '.problems[].name'"})
final class FsckCommand extends ServiceCommand {
    @Option(names = "--tenant", paramLabel = "T", description = "Only this tenant (default: all).")
    private @Nullable Tenant tenant;

    @Override
    public Integer call() throws Exception {
        return withAdmin(LocalEngine.Hold.READ, this::check);
    }

    private int check(SurfaceAdmin admin) throws IOException {
        long[] damaged = {0};
        if (json()) {
            // Problems are written as they are found: of a store that burnt down there may be millions.
            answer(json -> {
                json.writeArrayFieldStart("problems");
                long checked = run(admin, problem -> {
                    damaged[0]++;
                    json.writeStartObject();
                    json.writeStringField("name", problem.name());
                    json.writeStringField("what", problem.what());
                    json.writeEndObject();
                });
                json.writeEndArray();
                json.writeNumberField("checked", checked);
                json.writeNumberField("damaged", damaged[0]);
            });
        } else {
            long checked = run(admin, problem -> {
                damaged[0]++;
                terminal().out().println(problem.name() + ": " + problem.what());
                terminal().out().flush();
            });
            terminal().out().printf(Locale.ROOT, "%d checked, %d damaged%n", checked, damaged[0]);
        }
        return damaged[0] == 0 ? ExitCodes.OK : ExitCodes.CHECKSUM;
    }

    private interface Problems {
        void found(SurfaceAdmin.Problem problem) throws IOException;
    }

    private long run(SurfaceAdmin admin, Problems problems) throws IOException {
        try (Progress progress = Progress.ofItems(terminal(), showsProgress(), "checked")) {
            return admin.fsck(tenant, progress, problem -> {
                try {
                    problems.found(problem);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
