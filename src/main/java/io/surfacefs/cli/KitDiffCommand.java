package io.surfacefs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.surfacefs.kit.Kit;
import io.surfacefs.kit.KitDiff;
import io.surfacefs.kit.KitEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code kit diff}. */
@Command(
        name = "diff",
        description = {
            "Say what a second kit adds to a first one, drops and changes, by their indexes.",
            "",
            "A line for each: + added, - dropped, ~ changed (another manifest or stored payload, or found under other"
                    + " images and scans). Exit code 0, whatever they differ in."
        },
        footer = {
            "  surface-fs kit diff kit-6.tar kit-7.tar",
            "  surface-fs kit diff a/ b.tar --output json | jq .added"
        })
final class KitDiffCommand extends BaseCommand {
    @Parameters(index = "0", paramLabel = "A", description = "The first kit, a folder or a tar.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path first;

    @Parameters(index = "1", paramLabel = "B", description = "The second kit, a folder or a tar.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path second;

    @Override
    public Integer call() throws IOException {
        try (Kit a = Kit.open(first);
                Kit b = Kit.open(second)) {
            if (json()) {
                answer(json -> {
                    json.writeArrayFieldStart("changes");
                    KitDiff.Counts counts = KitDiff.run(a, b, (change, entry) -> write(json, change, entry));
                    json.writeEndArray();
                    json.writeNumberField("added", counts.added());
                    json.writeNumberField("dropped", counts.dropped());
                    json.writeNumberField("changed", counts.changed());
                    json.writeNumberField("same", counts.same());
                    json.writeNumberField("bytesAdded", counts.bytesAdded());
                });
            } else {
                KitDiff.Counts counts = KitDiff.run(
                        a, b, (change, entry) -> terminal().out().println(sign(change) + " " + entry.key()));
                terminal()
                        .out()
                        .printf(
                                Locale.ROOT,
                                "%d added, %d dropped, %d changed, %d the same; %s to bring%n",
                                counts.added(),
                                counts.dropped(),
                                counts.changed(),
                                counts.same(),
                                Sizes.shown(counts.bytesAdded()));
            }
        }
        return ExitCodes.OK;
    }

    private static void write(JsonGenerator json, KitDiff.Change change, KitEntry entry) throws IOException {
        json.writeStartObject();
        json.writeStringField("change", change.name().toLowerCase(Locale.ROOT));
        json.writeStringField("tenant", entry.key().tenant().value());
        json.writeStringField("kind", entry.key().kind().value());
        json.writeStringField("digest", entry.key().digest().toString());
        json.writeEndObject();
    }

    private static char sign(KitDiff.Change change) {
        return switch (change) {
            case ADDED -> '+';
            case DROPPED -> '-';
            case CHANGED -> '~';
        };
    }
}
