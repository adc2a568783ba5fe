package io.surfacefs.publish;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.util.Locale;
import java.util.SortedMap;
import java.util.regex.Pattern;

/**
 * The metrics of one publication in the Prometheus text format, for a collector of text files. Counters count this run
 * alone. Immutable.
 *
 * @param prefix stands before each name
 */
public record PublishMetrics(String prefix, String queue, String jobKind) {
    private static final Pattern PREFIX = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)?");
    private static final long[] BUCKETS_MS = {10, 50, 100, 500, 1_000, 5_000, 10_000, 60_000, 300_000};

    /** What a publication came to. */
    public enum Result {
        PUBLISHED,
        SKIPPED,
        FAILED
    }

    /**
     * How a publication ended.
     *
     * @param reason why it was skipped or failed; empty otherwise
     * @param payloads how many it lists
     * @param persisted how many payloads of each kind were stored that were not there before
     */
    public record Outcome(Result result, String reason, int payloads, SortedMap<String, Long> persisted, long millis) {}

    /** @throws SurfaceException {@code INVALID_ARGUMENT} when no metric's name can begin so */
    public PublishMetrics {
        if (!PREFIX.matcher(prefix).matches()) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "surface.metrics.prefix has a value that can't be right",
                    "letters, digits, _ and :, no digit first");
        }
    }

    /** The whole file. */
    public String text(Outcome outcome) {
        StringBuilder text = new StringBuilder();
        counter(text, outcome, Result.PUBLISHED, "Scan manifests that were published and not there before.");
        counter(text, outcome, Result.FAILED, "Scan manifests that could not be published.");
        counter(text, outcome, Result.SKIPPED, "Scan manifests that were there already, or had nothing to list.");
        String name = head(text, "surface_payload_persisted_total", "counter", "Payloads that were not there before.");
        outcome.persisted()
                .forEach((kind, times) -> line(
                        text,
                        name,
                        labels(outcome, outcome.result(), outcome.reason()) + ",surface_kind=" + quoted(kind),
                        times));
        histogram(text, outcome);
        return text.toString();
    }

    private void counter(StringBuilder text, Outcome outcome, Result counted, String help) {
        boolean counts = outcome.result() == counted;
        String word = word(counted);
        String name = head(text, "surface_manifests_" + word + "_total", "counter", help);
        line(text, name, labels(outcome, counted, counts ? outcome.reason() : ""), counts ? 1 : 0);
    }

    private void histogram(StringBuilder text, Outcome outcome) {
        String name = head(
                text, "surface_manifest_publish_duration_ms", "histogram", "How long publishing took, milliseconds.");
        String labels = labels(outcome, outcome.result(), outcome.reason());
        for (long bound : BUCKETS_MS) {
            line(text, name + "_bucket", labels + ",le=\"" + bound + "\"", outcome.millis() <= bound ? 1 : 0);
        }
        line(text, name + "_bucket", labels + ",le=\"+Inf\"", 1);
        line(text, name + "_sum", labels, outcome.millis());
        line(text, name + "_count", labels, 1);
    }

    private String head(StringBuilder text, String plain, String type, String help) {
        String name = prefix + plain;
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        return name;
    }

    private static void line(StringBuilder text, String name, String labels, long value) {
        text.append(name).append('{').append(labels).append("} ").append(value).append('\n');
    }

    private String labels(Outcome outcome, Result result, String reason) {
        return "queue=" + quoted(queue) + ",job_kind=" + quoted(jobKind) + ",surface_result=" + quoted(word(result))
                + ",reason=" + quoted(reason) + ",surface_payload_count=\"" + outcome.payloads() + "\"";
    }

    private static String word(Result result) {
        return result.name().toLowerCase(Locale.ROOT);
    }

    private static String quoted(String value) {
        return "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }
}
