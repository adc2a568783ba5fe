package io.surfacefs.cli;

import io.surfacefs.ops.ProgramVersion;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** {@code version}. */
@Command(name = "version", description = "Print the version.", footer = "  surface-fs version --output json")
final class VersionCommand extends BaseCommand {
    private static final String PROGRAM = "surface-fs ";

    @Override
    public Integer call() throws IOException {
        if (json()) {
            answer(json -> json.writeStringField("version", Version.line().substring(PROGRAM.length())));
        } else {
            terminal().out().println(Version.line());
        }
        return ExitCodes.OK;
    }

    /** The version that the build wrote down. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {line()};
        }

        private static String line() {
            return PROGRAM + ProgramVersion.read();
        }
    }
}
