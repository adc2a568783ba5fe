package io.surfacefs.cli;

import io.surfacefs.kit.KitFault;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code kit}: carries artefacts to sites without a network. */
@Command(
        name = "kit",
        description = "Carry artefacts to a site without a network: export, verify, compare and import kits.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.Version.class,
        exitCodeOnInvalidInput = ExitCodes.REFUSED,
        usageHelpAutoWidth = true,
        synopsisSubcommandLabel = "COMMAND",
        descriptionHeading = "%n",
        optionListHeading = "%n",
        commandListHeading = "%nCommands:%n",
        subcommands = {KitExportCommand.class, KitImportCommand.class, KitVerifyCommand.class, KitDiffCommand.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  surface-fs kit export --tenant acme --kit-version 7 /media/stick/kit-7.tar",
            "  surface-fs kit verify /media/stick/kit-7.tar",
            "  surface-fs kit import /media/stick/kit-7.tar --endpoint http://127.0.0.1:8080",
            "  surface-fs kit diff kit-6.tar kit-7.tar"
        })
final class KitCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing required subcommand");
    }

    /** The exit code that a fault ends with. */
    static int exit(KitFault fault) {
        return switch (fault) {
            case SIGNATURE -> ExitCodes.SIGNATURE;
            case CHECKSUM -> ExitCodes.CHECKSUM;
            case REFUSED -> ExitCodes.REFUSED;
            case NOT_MONOTONIC -> ExitCodes.NOT_MONOTONIC;
            case MISSING -> ExitCodes.FAILED;
        };
    }
}
