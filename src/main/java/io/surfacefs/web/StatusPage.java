package io.surfacefs.web;

import io.quarkus.qute.TemplateInstance;
import io.surfacefs.ops.LastFaults;
import io.surfacefs.ops.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What runs, on which store, and how it does: as a page, and as text for programs. Thread-safe. */
final class StatusPage {
    private static final String GOOD = "good";
    private static final String BAD = "bad";

    private final Status.Source source;
    private final LastFaults faults;
    private final Templates templates;

    StatusPage(Status.Source source, LastFaults faults, Templates templates) {
        this.source = source;
        this.faults = faults;
        this.templates = templates;
    }

    /** A box of the page: a title, and what stands in it. */
    private record Card(String title, List<Map<String, String>> rows) {
        Card(String title) {
            this(title, new ArrayList<>());
        }

        Card row(String label, String value) {
            return row(label, value, "", "");
        }

        Card row(String label, String value, String tone, String meter) {
            rows.add(Map.of("label", label, "value", value, "tone", tone, "meter", meter));
            return this;
        }
    }

    /** For the service's own port. */
    Answer full(Visit visit) {
        Status status = source.get();
        if (!visit.html()) {
            return Answer.text(200, text(status));
        }
        boolean everything = visit.caller().tenants() == null;
        List<Map<String, String>> rows =
                faults.newest().stream().map(fault -> fault(fault, everything)).toList();
        return Answer.page(200, page(status).data("management", false).data("faults", rows));
    }

    /** For the management port, where nobody says who asks: figures and codes, and the way to no artefact. */
    Answer figures(boolean html) {
        Status status = source.get();
        return html
                ? Answer.page(200, page(status).data("management", true).data("faults", List.of()))
                : Answer.text(200, text(status));
    }

    private TemplateInstance page(Status status) {
        return templates
                .page("status")
                .data(
                        "cards",
                        cards(status).stream()
                                .map(card -> Map.of("title", card.title(), "rows", card.rows()))
                                .toList())
                .data("version", status.version())
                .data("counts", counts())
                .data("at", "status");
    }

    private List<Map<String, String>> counts() {
        return faults.counts().entrySet().stream()
                .map(entry -> Map.of("code", entry.getKey(), "times", Words.count(entry.getValue())))
                .toList();
    }

    private static Map<String, String> fault(LastFaults.Fault fault, boolean everything) {
        return Map.of(
                "time", Words.moment(fault.last()),
                "code", fault.code(),
                "what", fault.what(),
                "about", everything && fault.about() != null ? fault.about() : "",
                "times", fault.times() == 1 ? "" : Words.count(fault.times()));
    }

    private static List<Card> cards(Status status) {
        List<Card> cards = new ArrayList<>();
        cards.add(new Card("What runs")
                .row("Version", status.version())
                .row("Shape", status.shape())
                .row("Runtime", status.runtime())
                .row("Up for", Words.duration(status.uptime()))
                .row("Authentication", status.authentication()));
        boolean out = !status.storeFault().isEmpty();
        cards.add(new Card("Store")
                .row("State", out ? status.storeFault() : "in use", out ? BAD : GOOD, "")
                .row("Where", status.store())
                .row("Writes", status.writes()));
        cards.add(cacheCard(status));
        if (status.spool() != null) {
            cards.add(spoolCard(status.spool()));
        }
        return cards;
    }

    private static Card cacheCard(Status status) {
        Status.Lookups lookups = status.lookups();
        Card card = new Card("Cache")
                .row(
                        "Hit ratio",
                        Words.share(lookups.near(), lookups.all()),
                        "",
                        percent(lookups.near(), lookups.all()))
                .row("Manifests read", Words.count(lookups.all()))
                .row("In memory", status.memoryQuota() == 0 ? "none" : "up to " + Words.bytes(status.memoryQuota()));
        Status.Cache cache = status.cache();
        if (cache == null) {
            return card.row("On disk", "none");
        }
        card.row(
                        "On disk",
                        Words.bytes(cache.bytes()) + " of " + Words.bytes(cache.quota()),
                        "",
                        percent(cache.bytes(), cache.quota()))
                .row("Objects", Words.count(cache.entries()) + (cache.complete() ? "" : ", still counting"));
        return cache.quarantinedBytes() == 0
                ? card
                : card.row("Put aside", Words.bytes(cache.quarantinedBytes()), BAD, "");
    }

    private static Card spoolCard(Status.Waiting spool) {
        return new Card("Spool")
                .row("Waiting", Words.count(spool.depth()), spool.depth() == 0 ? GOOD : "", "")
                .row("Oldest for", spool.depth() == 0 ? "–" : Words.duration(spool.age()))
                .row(
                        "Bytes",
                        Words.bytes(spool.bytes()) + " of " + Words.bytes(spool.quota()),
                        "",
                        percent(spool.bytes(), spool.quota()));
    }

    /** Empty where there is nothing to be a part of. */
    private static String percent(long part, long whole) {
        return whole <= 0 ? "" : Long.toString(Math.clamp(100 * part / whole, 0, 100));
    }

    private String text(Status status) {
        StringBuilder out = new StringBuilder("Surface.FS\n");
        for (Card card : cards(status)) {
            out.append('\n').append(card.title()).append('\n');
            for (Map<String, String> row : card.rows()) {
                line(out, row.get("label"), row.get("value"));
            }
        }
        out.append("\nFaults since the start\n");
        Map<String, Long> counts = faults.counts();
        if (counts.isEmpty()) {
            out.append("  none\n");
        }
        counts.forEach((code, times) -> line(out, code, Words.count(times)));
        return out.append("\nA browser gets a page here, with the artefacts. Programs: /api/v1, /q/openapi\n")
                .toString();
    }

    private static void line(StringBuilder out, @Nullable String label, @Nullable String value) {
        out.append("  ").append(label).append(": ").append(value).append('\n');
    }
}
