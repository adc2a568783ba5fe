package io.surfacefs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.surfacefs.kit.KitFault;
import io.surfacefs.kit.KitProblem;
import io.surfacefs.kit.KitReport;
import io.surfacefs.kit.KitTrust;
import io.surfacefs.signing.TrustedKeys;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whose signatures count for a kit, and how it is told what became of it. */
final class KitOptions {
    /** What becomes of a kit without a signature that counts. */
    enum Verify {
        off,
        warn,
        require
    }

    /** What became of entries that are as they should be, in words. */
    enum Outcome {
        IMPORTED("imported", "imported"),
        TO_IMPORT("to import", "toImport"),
        VERIFIED("verified", "verified");

        private final String text;
        private final String json;

        Outcome(String text, String json) {
            this.text = text;
            this.json = json;
        }
    }

    @Option(
            names = "--trust",
            paramLabel = "DIR|FILE",
            description = "Public keys in PEM whose signatures of the index count; kit verify, and a dry run over"
                    + " --endpoint, hold manifests to them too. The file's name is the key's"
                    + " (default: surface.signing.trust-dir).")
    private @Nullable Path trust;

    @Option(
            names = "--verify",
            paramLabel = "off|warn|require",
            description = "What becomes of a kit without such a signature (default: require with --trust, else"
                    + " surface.signing.verify).")
    private @Nullable Verify verify;

    /** What is wanted of a signature. */
    KitTrust trust(BaseCommand command) throws IOException, RefusedException {
        LocalEngine.Keys configured = trust != null && verify != null
                ? LocalEngine.Keys.NONE
                : command.root().engine().keys();
        Verify wanted = verify != null ? verify : trust == null ? Verify.valueOf(configured.verify()) : Verify.require;
        if (wanted == Verify.off) {
            return KitTrust.NONE;
        }
        Path from = trust == null ? configured.trust() : trust;
        if (from == null) {
            throw command.wrongUsage("--verify wants --trust, or surface.signing.trust-dir");
        }
        TrustedKeys keys = Files.isDirectory(from) ? TrustedKeys.read(from) : TrustedKeys.ofFile(from);
        return new KitTrust(wanted == Verify.warn ? KitTrust.Policy.WARN : KitTrust.Policy.REQUIRE, keys);
    }

    /** Tells what became of a kit. */
    static void tell(BaseCommand command, KitReport report, Outcome done) throws IOException {
        if (command.json()) {
            command.answer(json -> write(json, report, done));
        } else {
            tellInText(command, report, done);
        }
    }

    /** Writes it as members of an object that is open. */
    static void write(JsonGenerator json, KitReport report, Outcome done) throws IOException {
        json.writeNumberField("kitVersion", report.version());
        json.writeNumberField("entries", report.entries());
        json.writeNumberField(done.json, report.good() - report.known());
        json.writeNumberField("known", report.known());
        json.writeNumberField("differing", report.differing());
        json.writeNumberField("bytes", report.bytes());
        json.writeNumberField("bad", report.bad());
        json.writeArrayFieldStart("problems");
        for (KitProblem problem : report.problems()) {
            json.writeStartObject();
            json.writeStringField("path", problem.path());
            json.writeStringField("fault", problem.fault().name());
            json.writeStringField("message", problem.message());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("warnings");
        for (String warning : report.warnings()) {
            json.writeString(warning);
        }
        json.writeEndArray();
        Json.optional(json, "signedBy", report.signedBy());
        Json.optional(
                json, "aside", report.aside() == null ? null : report.aside().toString());
        json.writeNumberField("seconds", report.seconds());
    }

    /** Tells it in lines. */
    static void tellInText(BaseCommand command, KitReport report, Outcome done) {
        PrintWriter out = command.terminal().out();
        report.warnings().forEach(warning -> command.terminal().err().println("warning: " + warning));
        for (KitProblem problem : report.problems()) {
            out.println(problem.path() + ": " + problem.message());
        }
        if (report.bad() > report.problems().size()) {
            out.printf(
                    Locale.ROOT,
                    "… and %d more%n",
                    report.bad() - report.problems().size());
        }
        if (report.aside() != null) {
            out.println("put aside in " + report.aside());
        }
        String known = done == Outcome.VERIFIED ? "" : ", " + report.known() + " known" + differing(report);
        out.printf(
                Locale.ROOT,
                "%d entries: %d %s%s, %d put aside; %s in %.1f s%s%n",
                report.entries(),
                report.good() - report.known(),
                done.text,
                known,
                report.bad(),
                Sizes.shown(report.bytes()),
                report.seconds(),
                report.signedBy() == null ? "" : ", signed by " + report.signedBy());
    }

    private static String differing(KitReport report) {
        return report.differing() == 0 ? "" : " (" + report.differing() + " with another manifest here)";
    }

    /** The gravest of what was found. */
    static int exit(KitReport report) {
        return report.problems().stream()
                .map(KitProblem::fault)
                .min(Comparator.<KitFault>naturalOrder())
                .map(KitCommand::exit)
                .orElse(ExitCodes.OK);
    }
}
