package io.surfacefs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What every command has. One object for a command line. */
@Command(
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.Version.class,
        exitCodeOnInvalidInput = ExitCodes.REFUSED,
        usageHelpAutoWidth = true,
        sortOptions = false,
        descriptionHeading = "%n",
        parameterListHeading = "%n",
        optionListHeading = "%n",
        footerHeading = "%nExamples:%n")
abstract class BaseCommand implements Callable<Integer> {
    /** How a command answers. */
    enum Output {
        text,
        json
    }

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    @Option(
            names = "--output",
            paramLabel = "text|json",
            defaultValue = "text",
            description = "How to answer: text for people, or one JSON document.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Output output;

    @Option(
            names = {"-q", "--quiet"},
            description = "Draw no progress. Without a terminal none is drawn anyway.")
    private boolean quiet;

    final SurfaceCommand root() {
        return (SurfaceCommand) spec.root().userObject();
    }

    final Terminal terminal() {
        return root().terminal();
    }

    final boolean json() {
        return output == Output.json;
    }

    /** Whether progress is worth drawing. */
    final boolean showsProgress() {
        return !quiet && terminal().interactive();
    }

    /** Answers with one JSON object. */
    final void answer(Json.Body body) throws IOException {
        Json.object(terminal().out(), body);
    }

    /** Answers with one JSON array. */
    final void answerArray(Json.Body body) throws IOException {
        try (JsonGenerator json = Json.generator(terminal().out())) {
            json.writeStartArray();
            body.write(json);
            json.writeEndArray();
            json.writeRaw('\n');
        }
    }

    final ParameterException wrongUsage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
