package io.surfacefs.cli;

import io.surfacefs.client.Again;
import io.surfacefs.client.SurfaceClient;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.publish.CheckedFile;
import io.surfacefs.publish.Publication;
import io.surfacefs.publish.PublishMetrics;
import io.surfacefs.publish.PublishMetrics.Outcome;
import io.surfacefs.publish.PublishMetrics.Result;
import io.surfacefs.publish.PublishedKind;
import io.surfacefs.publish.Publisher;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

/** {@code publish}. */
@Command(
        name = "publish",
        description = {
            "Publish what an image build knows of an image, without a scan.",
            "",
            "Every file is checked to be JSON, or NDJSON by line, before anything is written; a mistake is told with"
                    + " file, line and column (exit code 11). Then the artefacts are put, and a scan manifest that lists"
                    + " them. Prints its digest, and the pointer to it last. Publishing the same again changes nothing.",
            "",
            "Each --surface-… option can be given as a variable instead: --surface-cache-root is"
                    + " STELLAOPS_SURFACE_CACHE_ROOT, several paths have commas between. The option counts first.",
            "",
            "Where to: --surface-cache-root, or --surface-endpoint, or else the store that the configuration names."
        },
        footer = {
            "  surface-fs publish --surface-tenant acme --surface-cache-root /out/cas \\",
            "      --surface-layer-fragments fragments/ \\",
            "      --surface-entrytrace-ndjson trace.ndjson",
            "  surface-fs publish --surface-tenant acme \\",
            "      --surface-endpoint https://surface.example \\",
            "      --token-file token --surface-image-digest sha256:… \\",
            "      --surface-entrytrace-graph graph.json \\",
            "      --surface-manifest-output surface.json",
            "  pointer=$(surface-fs publish … | tail -n 1)"
        })
final class PublishCommand extends ServiceCommand {
    private static final String METRICS_PREFIX = "surface.metrics.prefix";

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private PublishOptions options;

    private final long begun = System.nanoTime();

    @Override
    @Nullable URI endpoint() {
        Given given = options.endpoint(super.endpoint(), root().environment(), spec);
        return given == null ? null : given.as(URI::create, spec);
    }

    @Override
    public Integer call() throws Exception {
        PublishOptions.Resolved resolved = options.resolve(super.endpoint(), root().environment(), spec);
        Path file = resolved.metricsFile();
        if (file == null) {
            publish(resolved, null);
            return ExitCodes.OK;
        }
        PublishMetrics metrics = new PublishMetrics(metricsPrefix(), resolved.queue(), resolved.jobKind());
        try (NewFile written = NewFile.open(file, root().cancellation())) {
            publish(resolved, outcome -> {
                written.stream().write(metrics.text(outcome).getBytes(StandardCharsets.UTF_8));
                written.finish();
            });
        }
        return ExitCodes.OK;
    }

    private String metricsPrefix() throws Exception {
        String[] prefix = {""};
        root().engine().run(LocalEngine.Hold.NONE, services -> {
            services.settings().stream()
                    .filter(setting -> setting.name().equals(METRICS_PREFIX) && setting.value() != null)
                    .forEach(setting -> prefix[0] = String.valueOf(setting.value()));
            return ExitCodes.OK;
        });
        return prefix[0];
    }

    /** Is told how it ended, before the answer is printed. */
    private interface Told {
        void outcome(Outcome outcome) throws IOException;
    }

    private void publish(PublishOptions.Resolved resolved, @Nullable Told told) throws Exception {
        Told teller = told == null ? outcome -> {} : told;
        SortedMap<String, Long> persisted = new TreeMap<>();
        int[] payloads = {0};
        try {
            Publication publication = new Publication(resolved.about(), check(resolved.files()));
            payloads[0] = publication.files().size();
            if (publication.files().isEmpty()) {
                terminal().err().println("surface-fs: the folders hold nothing to publish");
                teller.outcome(new Outcome(Result.SKIPPED, "no_payloads", 0, persisted, millis()));
                return;
            }
            Publisher.Limits limits = new Publisher.Limits(new Again(resolved.retryFor()), facts().scanManifestBytes());
            try (ManifestOutput copy = ManifestOutput.open(resolved.manifestOutput(), root().cancellation())) {
                run(resolved, client -> {
                    Publisher.Published published = put(client, publication, limits, persisted);
                    copy.write(published.manifest().json());
                    teller.outcome(new Outcome(
                            published.created() ? Result.PUBLISHED : Result.SKIPPED,
                            published.created() ? "" : "unchanged",
                            payloads[0],
                            persisted,
                            millis()));
                    print(resolved, publication, published);
                    return ExitCodes.OK;
                });
            }
        } catch (ParameterException e) {
            throw e;
        } catch (Exception e) {
            try {
                teller.outcome(new Outcome(Result.FAILED, reason(e), payloads[0], persisted, millis()));
            } catch (IOException unwritten) {
                e.addSuppressed(unwritten);
            }
            throw e;
        }
    }

    private long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    }

    private static String reason(Exception e) {
        return switch (e) {
            case SurfaceException surface -> surface.code().name().toLowerCase(Locale.ROOT);
            case RefusedException refused -> "refused";
            case IOException io -> "file";
            default -> ErrorCode.INTERNAL.name().toLowerCase(Locale.ROOT);
        };
    }

    /** All files, read and checked before anything is written. */
    private List<CheckedFile> check(Map<PublishedKind, List<Path>> given) throws IOException {
        Map<PublishedKind, List<Path>> files = new TreeMap<>();
        long total = 0;
        for (Map.Entry<PublishedKind, List<Path>> entry : given.entrySet()) {
            List<Path> expanded = new ArrayList<>();
            for (Path argument : entry.getValue()) {
                expanded.addAll(CheckedFile.expand(entry.getKey(), argument));
            }
            files.put(entry.getKey(), expanded);
            for (Path file : expanded) {
                total += Files.size(file);
            }
        }
        List<CheckedFile> checked = new ArrayList<>();
        try (Progress progress = Progress.ofBytes(terminal(), showsProgress(), "check", total)) {
            for (Map.Entry<PublishedKind, List<Path>> entry : files.entrySet()) {
                for (Path file : entry.getValue()) {
                    checked.add(CheckedFile.check(entry.getKey(), file, progress::add));
                }
            }
        }
        return checked;
    }

    private void run(PublishOptions.Resolved resolved, ClientWork work) throws Exception {
        if (resolved.casRoot() != null) {
            refuseRemoteOptions();
            root().engine().runOn(resolved.casRoot(), services -> work.run(services.client()));
        } else {
            withClient(LocalEngine.Hold.PUT, work);
        }
    }

    private Publisher.Published put(
            SurfaceClient client, Publication publication, Publisher.Limits limits, SortedMap<String, Long> persisted)
            throws IOException {
        long total = publication.files().stream().mapToLong(CheckedFile::size).sum();
        try (Progress progress = Progress.ofBytes(terminal(), showsProgress(), "publish", total)) {
            return Publisher.publish(
                    client,
                    publication,
                    limits,
                    put -> {
                        if (put.created()) {
                            persisted.merge(put.file().kind().kind().value(), 1L, Long::sum);
                        }
                    },
                    progress::add);
        }
    }

    private void print(PublishOptions.Resolved resolved, Publication publication, Publisher.Published published)
            throws IOException {
        String digest = published.manifest().digest().toString();
        String pointer = resolved.casRoot() == null
                ? ObjectNames.manifestUri(published.manifest().key())
                : "cas://" + resolved.casRoot().bucket() + "/" + LocalEngine.CasRoot.PREFIX + "/"
                        + ObjectNames.manifest(published.manifest().key());
        if (!json()) {
            terminal().out().printf(Locale.ROOT, "%s%n%s%n", digest, pointer);
            return;
        }
        answer(json -> {
            json.writeBooleanField("created", published.created());
            json.writeStringField("scanId", publication.scan().value());
            json.writeArrayFieldStart("artefacts");
            for (Publisher.Put put : published.puts()) {
                json.writeStartObject();
                json.writeStringField("file", put.file().file().toString());
                json.writeStringField("kind", put.file().kind().kind().value());
                json.writeStringField("digest", put.file().digest().toString());
                json.writeNumberField("bytes", put.file().size());
                json.writeBooleanField("created", put.created());
                json.writeEndObject();
            }
            json.writeEndArray();
            Json.raw(json, "manifest", published.manifest().text());
            json.writeStringField("manifestDigest", digest);
            json.writeStringField("manifestUri", pointer);
        });
    }

    /** Where the copy of the manifest goes; a file that has these bytes already is left alone. */
    private record ManifestOutput(
            @Nullable Path place, @Nullable NewFile file) implements AutoCloseable {
        /** Before anything is published: a place that can't be written to is told at once. */
        static ManifestOutput open(@Nullable Path place, Cancellation cancellation) throws IOException {
            return new ManifestOutput(place, place == null ? null : NewFile.open(place, cancellation));
        }

        void write(byte[] manifest) throws IOException {
            if (place == null || file == null || hasBytes(place, manifest)) {
                return;
            }
            file.stream().write(manifest);
            file.finish();
        }

        private static boolean hasBytes(Path place, byte[] manifest) throws IOException {
            return Files.isRegularFile(place)
                    && Files.size(place) == manifest.length
                    && Arrays.equals(Files.readAllBytes(place), manifest);
        }

        @Override
        public void close() throws IOException {
            if (file != null) {
                file.close();
            }
        }
    }
}
