package io.surfacefs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.surfacefs.kit.KitEntry;
import io.surfacefs.kit.KitPreview;
import io.surfacefs.kit.KitProblem;
import io.surfacefs.kit.KitReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Tells what an import would make of each entry of a kit, as it is known: a line each, or a member of an array. To be
 * closed; for one thread.
 */
final class KitPlan implements KitPreview.Told, AutoCloseable {
    private final BaseCommand command;
    private @Nullable JsonGenerator json;

    KitPlan(BaseCommand command) {
        this.command = command;
    }

    @Override
    public void of(KitPreview.Foreseen foreseen) throws IOException {
        if (command.json()) {
            write(array(), foreseen);
        } else if (foreseen.problem() == null) {
            // Those that are put aside are told at the end, with all other problems.
            PrintWriter out = command.terminal().out();
            String untrusted = foreseen.untrusted() == null ? "" : " (" + foreseen.untrusted() + ")";
            out.println(sign(foreseen.outcome()) + " " + foreseen.entry().key() + untrusted);
        }
    }

    private static char sign(KitPreview.Outcome outcome) {
        return outcome == KitPreview.Outcome.KNOWN ? '=' : '+';
    }

    /** Begun with the first entry, so that nothing stands there of a kit that is refused as a whole. */
    private JsonGenerator array() throws IOException {
        JsonGenerator begun = json;
        if (begun == null) {
            begun = Json.generator(command.terminal().out());
            json = begun;
            begun.writeStartObject();
            begun.writeArrayFieldStart("plan");
        }
        return begun;
    }

    private static void write(JsonGenerator json, KitPreview.Foreseen foreseen) throws IOException {
        KitEntry entry = foreseen.entry();
        json.writeStartObject();
        json.writeStringField("outcome", foreseen.outcome().name().toLowerCase(Locale.ROOT));
        json.writeStringField("tenant", entry.key().tenant().value());
        json.writeStringField("kind", entry.key().kind().value());
        json.writeStringField("digest", entry.key().digest().toString());
        KitProblem problem = foreseen.problem();
        if (problem != null) {
            json.writeStringField("fault", problem.fault().name());
            json.writeStringField("message", problem.message());
        }
        Json.optional(json, "untrusted", foreseen.untrusted());
        json.writeEndObject();
    }

    /** Tells the rest. */
    void finish(KitReport report) throws IOException {
        if (!command.json()) {
            KitOptions.tellInText(command, report, KitOptions.Outcome.TO_IMPORT);
            return;
        }
        JsonGenerator all = array();
        all.writeEndArray();
        KitOptions.write(all, report, KitOptions.Outcome.TO_IMPORT);
        all.writeEndObject();
        all.writeRaw('\n');
    }

    @Override
    public void close() throws IOException {
        if (json != null) {
            json.close();
        }
    }
}
