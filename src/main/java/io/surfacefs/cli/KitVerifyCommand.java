package io.surfacefs.cli;

import io.surfacefs.kit.Kit;
import io.surfacefs.kit.KitReport;
import io.surfacefs.kit.KitTrust;
import io.surfacefs.kit.KitVerify;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code kit verify}. */
@Command(
        name = "verify",
        description = {
            "Verify a kit without a store: its index, every manifest, every payload by decoding it, and that nothing"
                    + " else is in it.",
            "With --trust also the signatures that its manifests have: one that is signed by nobody who counts is named."
                    + " One that nobody signed is fine, and is counted.",
            "",
            "Exit code: that of the gravest finding, as of kit import."
        },
        footer = {
            "  surface-fs kit verify /media/stick/kit-7.tar",
            "  surface-fs kit verify --trust /etc/surface/keys kit/ --output json \\",
            "      | jq .problems"
        })
final class KitVerifyCommand extends BaseCommand {
    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private KitOptions options;

    @Parameters(paramLabel = "DIR|FILE.tar", description = "The kit: a folder that contains offline/, or a tar of it.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path place;

    @Override
    public Integer call() throws Exception {
        KitTrust trust = options.trust(this);
        KitReport report;
        try (Kit kit = Kit.open(place);
                Progress progress = Progress.ofItems(terminal(), showsProgress(), "verified")) {
            report = KitVerify.run(kit, trust, Runtime.getRuntime().availableProcessors(), progress);
        }
        KitOptions.tell(this, report, KitOptions.Outcome.VERIFIED);
        return KitOptions.exit(report);
    }
}
