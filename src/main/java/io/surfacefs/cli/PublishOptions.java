package io.surfacefs.cli;

import io.surfacefs.model.Digest;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.Tenant;
import io.surfacefs.model.Timestamp;
import io.surfacefs.publish.Publication;
import io.surfacefs.publish.PublishedKind;
import java.net.URI;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What {@code publish} is told, by options or else by {@code STELLAOPS_SURFACE_*} variables. */
final class PublishOptions {
    private static final String VARIABLE = "STELLAOPS_SURFACE_";
    private static final String EPOCH = "SOURCE_DATE_EPOCH";
    private static final String DEFAULT_BUCKET = "surface-cache";
    private static final Duration DEFAULT_RETRY = Duration.ofSeconds(30);
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final Pattern WORD = Pattern.compile("[!-~]{1,200}");

    @Option(
            names = "--surface-layer-fragments",
            paramLabel = "PATH",
            description = "JSON, or a folder of *.json: what packages a layer has. May be repeated.")
    private List<String> layerFragments = new ArrayList<>();

    @Option(
            names = "--surface-entrytrace-graph",
            paramLabel = "PATH",
            description = "JSON, or a folder of *.json: what the entry point runs, as a graph. May be repeated.")
    private List<String> entrytraceGraph = new ArrayList<>();

    @Option(
            names = "--surface-entrytrace-ndjson",
            paramLabel = "PATH",
            description = "NDJSON, or a folder of *.ndjson and *.jsonl: the same, a record a line. May be repeated.")
    private List<String> entrytraceNdjson = new ArrayList<>();

    @Option(
            names = "--surface-cache-root",
            paramLabel = "DIR",
            description = {
                "Publish without a service into a CAS root, the folder of one bucket: below scanner/surface/ in it.",
                "Made when missing. A service takes it over as it is."
            })
    private @Nullable String cacheRoot;

    @Option(
            names = "--surface-bucket",
            paramLabel = "NAME",
            description = "What the bucket of the CAS root is called in the pointer (default: surface-cache).")
    private @Nullable String bucket;

    @Option(
            names = "--surface-endpoint",
            paramLabel = "URL",
            description = "Publish to a running service instead; same as --endpoint.")
    private @Nullable String endpoint;

    @Option(names = "--surface-tenant", paramLabel = "T", description = "Owner (else SURFACE_TENANT); required.")
    private @Nullable String tenant;

    @Option(
            names = "--surface-image-digest",
            paramLabel = "D",
            description = "The image, where it is known already; the artefacts are found under it.")
    private @Nullable String image;

    @Option(
            names = "--surface-scan-id",
            paramLabel = "S",
            description = "The scan (default: content- and 32 hex digits of what is published).")
    private @Nullable String scan;

    @Option(
            names = "--surface-generated-at",
            paramLabel = "TIME",
            description = {
                "When it was made, in UTC, like 2025-11-05T12:00:00Z (default: SOURCE_DATE_EPOCH, then now).",
                "With now, publishing the same again answers with the first time."
            })
    private @Nullable String generatedAt;

    @Option(names = "--surface-component", paramLabel = "NAME", description = "Who publishes (default: surface-fs).")
    private @Nullable String component;

    @Option(names = "--surface-component-version", paramLabel = "V", description = "Version of the component.")
    private @Nullable String componentVersion;

    @Option(names = "--surface-worker-instance", paramLabel = "NAME", description = "Which worker it was.")
    private @Nullable String workerInstance;

    @Option(names = "--surface-attempt", paramLabel = "N", description = "Which attempt of the scan it is, from 1.")
    private @Nullable String attempt;

    @Option(
            names = "--surface-manifest-output",
            paramLabel = "FILE",
            description = "Where a copy of the scan manifest goes, the bytes that the digest is over.")
    private @Nullable String manifestOutput;

    @Option(
            names = "--surface-retry-for",
            paramLabel = "TIME",
            description = {
                "How long a service that is overloaded is waited for, for each file, like 90s or PT90S (default: 30s);",
                "0s: not at all."
            })
    private @Nullable String retryFor;

    @Option(
            names = "--metrics-file",
            paramLabel = "FILE",
            description = {
                "Where the metrics of this run go, in the Prometheus text format, for a collector of text files",
                "(name it *.prom). Written also when publishing fails."
            })
    private @Nullable String metricsFile;

    @Option(names = "--surface-queue", paramLabel = "NAME", description = "Label queue of the metrics.")
    private @Nullable String queue;

    @Option(names = "--surface-job-kind", paramLabel = "NAME", description = "Label job_kind of the metrics.")
    private @Nullable String jobKind;

    /**
     * What counts.
     *
     * @param files of each kind, files and folders as they were given
     * @param casRoot where to; null: to the endpoint, or else into the store of the configuration
     */
    record Resolved(
            Map<PublishedKind, List<Path>> files,
            Publication.About about,
            LocalEngine.@Nullable CasRoot casRoot,
            @Nullable Path manifestOutput,
            @Nullable Path metricsFile,
            Duration retryFor,
            String queue,
            String jobKind) {}

    /**
     * The service to publish to, null where none was named.
     *
     * @param plain what {@code --endpoint} says, which is the same option by the name that every command has
     * @throws ParameterException when both options name one
     */
    @Nullable Given endpoint(@Nullable URI plain, Map<String, String> environment, CommandSpec command) {
        if (plain == null) {
            return given(endpoint, "endpoint", environment);
        }
        if (endpoint != null) {
            throw new ParameterException(
                    command.commandLine(), "--surface-endpoint and --endpoint are the same: give one of the two");
        }
        return new Given(plain.toString(), "--endpoint", true);
    }

    /**
     * Puts options and environment together.
     *
     * @param plain what {@code --endpoint} says
     * @throws ParameterException when they are wrong, contradict each other, or lack what is required
     */
    Resolved resolve(@Nullable URI plain, Map<String, String> environment, CommandSpec command) {
        Reader read = new Reader(environment, command);
        Map<PublishedKind, List<Path>> files = new EnumMap<>(PublishedKind.class);
        files.put(PublishedKind.LAYER_FRAGMENTS, read.paths(layerFragments, "layer-fragments"));
        files.put(PublishedKind.ENTRYTRACE_GRAPH, read.paths(entrytraceGraph, "entrytrace-graph"));
        files.put(PublishedKind.ENTRYTRACE_NDJSON, read.paths(entrytraceNdjson, "entrytrace-ndjson"));
        if (files.values().stream().allMatch(List::isEmpty)) {
            throw new ParameterException(
                    command.commandLine(),
                    "Nothing to publish: give --surface-layer-fragments, --surface-entrytrace-graph or"
                            + " --surface-entrytrace-ndjson");
        }
        Given root = read.given(cacheRoot, "cache-root");
        Given far = endpoint(plain, environment, command);
        if (root != null && far != null) {
            if (root.onCommandLine() == far.onCommandLine()) {
                throw new ParameterException(
                        command.commandLine(),
                        root.origin() + " and " + far.origin() + ": give one of the two, a folder or a service");
            }
            // What is said on the line is meant for this run, the environment for all.
            root = root.onCommandLine() ? root : null;
        }
        String name = read.or(bucket, "bucket", matching(BUCKET, "3 to 63 of a-z 0-9 . -"), DEFAULT_BUCKET);
        return new Resolved(
                files,
                about(read),
                root == null ? null : new LocalEngine.CasRoot(root.as(Path::of, command), name),
                read.find(manifestOutput, "manifest-output", Path::of),
                read.find(metricsFile, "--metrics-file", "METRICS_FILE", Path::of),
                read.or(retryFor, "retry-for", Values::patience, DEFAULT_RETRY),
                read.or(queue, "queue", Function.identity(), ""),
                read.or(jobKind, "job-kind", Function.identity(), ""));
    }

    private Publication.About about(Reader read) {
        Function<String, String> word = matching(WORD, "1 to 200 visible ASCII characters, no blank");
        return new Publication.About(
                read.tenant(tenant),
                read.find(image, "image-digest", text -> text.contains(":") ? Digest.parse(text) : new Digest(text)),
                read.find(scan, "scan-id", ScanId::new),
                read.generatedAt(generatedAt),
                new Publication.Origin(
                        read.or(component, "component", word, "surface-fs"),
                        read.find(componentVersion, "component-version", word),
                        read.find(workerInstance, "worker-instance", word),
                        read.find(attempt, "attempt", PublishOptions::attempt)));
    }

    private static @Nullable Given given(@Nullable String option, String name, Map<String, String> environment) {
        return Given.of(option, "--surface-" + name, environment, variable(name));
    }

    private static String variable(String name) {
        return VARIABLE + name.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static Function<String, String> matching(Pattern form, String expected) {
        return text -> {
            if (!form.matcher(text).matches()) {
                throw new IllegalArgumentException("expected " + expected);
            }
            return text;
        };
    }

    private static long attempt(String text) {
        if (!text.matches("[1-9][0-9]{0,8}")) {
            throw new IllegalArgumentException("expected a whole number from 1");
        }
        return Long.parseLong(text);
    }

    private record Reader(Map<String, String> environment, CommandSpec command) {
        @Nullable Given given(@Nullable String option, String name) {
            return PublishOptions.given(option, name, environment);
        }

        <T> @Nullable T find(@Nullable String option, String name, Function<String, T> parse) {
            return Given.orNull(given(option, name), parse, command);
        }

        <T> @Nullable T find(@Nullable String option, String name, String variable, Function<String, T> parse) {
            return Given.orNull(Given.of(option, name, environment, VARIABLE + variable), parse, command);
        }

        <T> T or(@Nullable String option, String name, Function<String, T> parse, T standard) {
            T found = find(option, name, parse);
            return found == null ? standard : found;
        }

        /** Options one a path, the variable with commas between. */
        List<Path> paths(List<String> options, String name) {
            List<String> texts = options;
            if (texts.isEmpty()) {
                texts = Arrays.stream(environment
                                .getOrDefault(PublishOptions.variable(name), "")
                                .split(",", -1))
                        .map(String::strip)
                        .toList();
            }
            return texts.stream().filter(text -> !text.isEmpty()).map(Path::of).toList();
        }

        Tenant tenant(@Nullable String option) {
            Given given = given(option, "tenant");
            if (given == null) {
                given = Given.of(null, "", environment, "SURFACE_TENANT");
            }
            if (given == null) {
                throw new ParameterException(
                        command.commandLine(),
                        "Missing required option: '--surface-tenant=T', or the variable STELLAOPS_SURFACE_TENANT");
            }
            return given.as(Tenant::new, command);
        }

        @Nullable Timestamp generatedAt(@Nullable String option) {
            Given given = given(option, "generated-at");
            return given != null
                    ? given.as(Timestamp::new, command)
                    : Given.orNull(Given.of(null, "", environment, EPOCH), Reader::epoch, command);
        }

        private static Timestamp epoch(String seconds) {
            if (!seconds.matches("[0-9]{1,12}")) {
                throw new IllegalArgumentException("expected seconds since 1970");
            }
            try {
                return Timestamp.ofSeconds(Instant.ofEpochSecond(Long.parseLong(seconds)));
            } catch (DateTimeException e) {
                throw new IllegalArgumentException("that is no time", e);
            }
        }
    }
}
