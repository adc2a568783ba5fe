package io.surfacefs.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code completion}. */
@Command(
        name = "completion",
        description = "Print the completion script for a shell.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.Version.class,
        exitCodeOnInvalidInput = ExitCodes.REFUSED,
        usageHelpAutoWidth = true,
        descriptionHeading = "%n",
        parameterListHeading = "%n",
        optionListHeading = "%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(surface-fs completion bash)",
            "  surface-fs completion bash > /etc/bash_completion.d/surface-fs",
            "  surface-fs completion zsh >> ~/.zshrc"
        })
final class CompletionCommand implements Callable<Integer> {
    /** Shells. One script serves both: for zsh it switches on zsh's own support of bash completion. */
    enum Shell {
        bash,
        zsh
    }

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "bash|zsh",
            defaultValue = "bash",
            description = "The shell (default: bash).")
    @SuppressWarnings({"NullAway.Init", "UnusedVariable"}) // picocli sets it; naming the shell is all it is for
    private Shell shell;

    @Override
    public Integer call() {
        spec.commandLine()
                .getOut()
                .print(AutoComplete.bash("surface-fs", spec.root().commandLine()));
        return ExitCodes.OK;
    }
}
