package io.surfacefs.cli;

import io.surfacefs.client.SurfaceAdmin;
import io.surfacefs.client.SurfaceClient;
import io.surfacefs.kit.Kit;
import io.surfacefs.kit.KitImport;
import io.surfacefs.kit.KitReport;
import io.surfacefs.kit.KitTrust;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kit import}. */
@Command(
        name = "import",
        description = {
            "Bring a kit in. Every digest is verified before anything of an artefact becomes visible.",
            "",
            "What is known already is not sent again: an import that was cut goes on where it stood. What is not as it"
                    + " should be is put aside and named, and the rest comes in; the exit code is that of the gravest:"
                    + " 5 signature, 2 checksum, 11 refused, 8 older than the last kit, 1 missing file."
        },
        footer = {
            "  surface-fs kit import --dry-run /media/stick/kit-7.tar",
            "  surface-fs kit import --trust /etc/surface/keys /media/stick/kit-7.tar",
            "  surface-fs kit import kit/ --endpoint https://surface.example --token-file token --output json"
        })
final class KitImportCommand extends ServiceCommand {
    private static final int PARALLEL = 8;

    @Option(names = "--dry-run", description = "Verify all and say what would come in; change nothing.")
    private boolean dryRun;

    @Option(names = "--force", description = "Take a kit that is older than the last one.")
    private boolean force;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private KitOptions options;

    @Parameters(paramLabel = "DIR|FILE.tar", description = "The kit: a folder that contains offline/, or a tar of it.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path place;

    @Override
    public Integer call() throws Exception {
        KitTrust trust = options.trust(this);
        try (Kit kit = Kit.open(place)) {
            return withClientAndAdmin(LocalEngine.Hold.PUT, (client, admin) -> bring(kit, client, admin, trust));
        }
    }

    private int bring(Kit kit, SurfaceClient client, @Nullable SurfaceAdmin admin, KitTrust trust) throws IOException {
        KitReport report;
        try (Progress progress = Progress.ofItems(terminal(), showsProgress(), dryRun ? "verified" : "imported")) {
            report = KitImport.run(kit, client, admin, new KitImport.Options(dryRun, force, trust, PARALLEL), progress);
        }
        KitOptions.tell(this, report, dryRun ? KitOptions.Outcome.TO_IMPORT : KitOptions.Outcome.IMPORTED);
        return KitOptions.exit(report);
    }
}
