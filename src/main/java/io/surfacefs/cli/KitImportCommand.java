package io.surfacefs.cli;

import io.surfacefs.client.Again;
import io.surfacefs.client.SurfaceClient;
import io.surfacefs.kit.Kit;
import io.surfacefs.kit.KitImport;
import io.surfacefs.kit.KitPreview;
import io.surfacefs.kit.KitReport;
import io.surfacefs.kit.KitTrust;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
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
            "  surface-fs kit import kit/ --endpoint https://surface.example \\",
            "      --token-file token --output json"
        })
final class KitImportCommand extends ServiceCommand {
    /** Requests at a time to a service far away. */
    private static final int PARALLEL = Math.min(16, 8 * Runtime.getRuntime().availableProcessors());
    /**
     * Puts at a time into a store here, which become durable together; {@code app.Engine} takes as many of a command.
     */
    private static final int PARALLEL_HERE = 128;

    private static final String ASIDE = "kit-aside";

    @Option(
            names = "--dry-run",
            description = {
                "Verify all and say what an import would make of it; change nothing. A line for each entry: + would come"
                        + " in, = is there already; those that would be put aside are named at the end with the reason,"
                        + " as of the import.",
                "Manifests are held to the store's surface.signing.verify; what a service wants over --endpoint only it"
                        + " knows, and signatures that --trust doesn't know are told."
            })
    private boolean dryRun;

    @Option(names = "--force", description = "Take a kit that is older than the last one.")
    private boolean force;

    @Option(
            names = "--aside",
            paramLabel = "DIR",
            description = {
                "Where entries that don't come in are put with the reason, in a folder for each kit.",
                "Default: kit-aside in surface.home; with --endpoint they are only told."
            })
    private @Nullable Path aside;

    @Option(
            names = "--retry-for",
            paramLabel = "TIME",
            defaultValue = "30s",
            description = "How long a service that is overloaded is waited for (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String retryFor;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private KitOptions options;

    @Parameters(paramLabel = "DIR|FILE.tar", description = "The kit: a folder that contains offline/, or a tar of it.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path place;

    @Override
    public Integer call() throws Exception {
        KitTrust trust = options.trust(this);
        int parallel = endpoint() == null ? PARALLEL_HERE : PARALLEL;
        KitImport.Options how = new KitImport.Options(force, trust, parallel, asidePlace(), new Again(patience()));
        try (Kit kit = Kit.open(place)) {
            return dryRun
                    ? withClient(LocalEngine.Hold.PUT, client -> foresee(kit, client, how))
                    : withClient(LocalEngine.Hold.BULK, client -> bring(kit, client, how));
        }
    }

    /** Where entries are put aside, or null for nowhere. */
    private @Nullable Path asidePlace() throws Exception {
        if (aside != null || endpoint() != null) {
            return aside;
        }
        return facts().home().resolve(ASIDE);
    }

    private Duration patience() {
        try {
            return Values.patience(retryFor);
        } catch (IllegalArgumentException e) {
            throw wrongUsage("--retry-for: " + e.getMessage());
        }
    }

    private int foresee(Kit kit, SurfaceClient client, KitImport.Options how) throws IOException {
        KitReport report;
        try (KitPlan plan = new KitPlan(this);
                Progress progress = Progress.ofItems(terminal(), showsProgress() && json(), "verified")) {
            report = KitPreview.run(kit, client, how, plan, progress);
            plan.finish(report);
        }
        return KitOptions.exit(report);
    }

    private int bring(Kit kit, SurfaceClient client, KitImport.Options how) throws IOException {
        KitReport report;
        try (Progress progress = Progress.ofItems(terminal(), showsProgress(), "imported")) {
            report = KitImport.run(kit, client, how, progress);
        }
        KitOptions.tell(this, report, KitOptions.Outcome.IMPORTED);
        return KitOptions.exit(report);
    }
}
