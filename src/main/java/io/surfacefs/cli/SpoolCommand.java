package io.surfacefs.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code spool}: puts that were acknowledged and are not in the store yet. */
@Command(
        name = "spool",
        description = {
            "Look after puts that were acknowledged (surface.write-mode=write-behind) and are not in the store yet.",
            "",
            "Works on the spool folder of the configuration, on the machine that has it."
                    + " While a server runs on it only 'ls' does."
        },
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.Version.class,
        exitCodeOnInvalidInput = ExitCodes.REFUSED,
        usageHelpAutoWidth = true,
        synopsisSubcommandLabel = "COMMAND",
        descriptionHeading = "%n",
        optionListHeading = "%n",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  surface-fs spool ls", "  surface-fs spool retry", "  surface-fs spool export /mnt/usb"},
        subcommands = {
            SpoolCommand.Ls.class,
            SpoolCommand.Retry.class,
            SpoolCommand.Export.class,
            SpoolCommand.Drop.class
        })
final class SpoolCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    /** A command line without a subcommand is wrong usage. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing required subcommand");
    }

    /** What those that change or copy have in common: they tell of each put as they go. */
    abstract static class Work extends BaseCommand {
        /** The keys that were named; none means that something else says which. */
        abstract List<String> keys();

        final boolean isNamed(LocalSpool.Item item) {
            return keys().contains(item.key());
        }

        interface Step {
            void run(LocalSpool spool, Consumer<LocalSpool.Item> told) throws IOException, RefusedException;
        }

        /** Does the work and tells of each put that it was done to; not found when keys were named and none was. */
        final int work(String verb, Step step) throws Exception {
            List<String> done = new ArrayList<>();
            return root().engine().run(LocalEngine.Hold.NONE, services -> {
                step.run(services.spool(), item -> {
                    done.add(item.key());
                    if (!json()) {
                        terminal().out().println(verb + " " + item.key());
                    }
                });
                if (json()) {
                    answer(json -> {
                        json.writeArrayFieldStart(verb);
                        for (String key : done) {
                            json.writeString(key);
                        }
                        json.writeEndArray();
                    });
                } else {
                    terminal().out().printf(Locale.ROOT, "%d %s%n", done.size(), verb);
                }
                return !keys().isEmpty() && done.isEmpty() ? ExitCodes.FAILED : ExitCodes.OK;
            });
        }
    }

    /** {@code spool ls}. */
    @Command(
            name = "ls",
            description =
                    "Show what waits, oldest first, and then what the store refused for good. Runs beside a server.",
            footer = {"  surface-fs spool ls", "  surface-fs spool ls --rejected --output json | jq '.[].key'"})
    static final class Ls extends BaseCommand {
        @Option(names = "--rejected", description = "Only what the store refused for good.")
        private boolean rejectedOnly;

        @Override
        public Integer call() throws Exception {
            return root().engine().run(LocalEngine.Hold.NONE, services -> {
                if (json()) {
                    answerArray(json -> list(services.spool(), item -> write(json, item)));
                } else {
                    list(services.spool(), this::print);
                }
                return ExitCodes.OK;
            });
        }

        private interface Told {
            void of(LocalSpool.Item item) throws IOException;
        }

        private void list(LocalSpool spool, Told told) throws IOException {
            spool.list(item -> {
                try {
                    if (item.rejected() || !rejectedOnly) {
                        told.of(item);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }

        private void print(LocalSpool.Item item) {
            String state = item.rejected() ? "rejected" : "waits";
            String why = item.code() == null ? "" : " " + item.code() + ": " + item.message();
            terminal()
                    .out()
                    .printf(
                            Locale.ROOT,
                            "%-8s %-7s %10s  %s  %s%s%n",
                            state,
                            item.what(),
                            Sizes.shown(item.bytes()),
                            item.put(),
                            item.key(),
                            why);
        }

        private static void write(JsonGenerator json, LocalSpool.Item item) throws IOException {
            json.writeStartObject();
            json.writeStringField("key", item.key());
            json.writeStringField("what", item.what());
            json.writeStringField("state", item.rejected() ? "rejected" : "waits");
            json.writeStringField("put", item.put().toString());
            json.writeNumberField("storedBytes", item.bytes());
            Json.optional(json, "code", item.code());
            Json.optional(json, "message", item.message());
            json.writeEndObject();
        }
    }

    /** {@code spool retry}. */
    @Command(
            name = "retry",
            description = {
                "Put what the store refused for good back, to be delivered by the next server, in its old order.",
                "",
                "Without a KEY all artefacts and scan manifests; a cache entry only when it is named, since a newer"
                        + " value may be in the store by now."
            },
            footer = {"  surface-fs spool retry", "  surface-fs spool retry acme/sbom.fragment/sha256:…"})
    static final class Retry extends Work {
        @Parameters(paramLabel = "KEY", index = "0..*", arity = "0..*", description = "Only these, as 'ls' shows them.")
        private final List<String> keys = new ArrayList<>();

        @Override
        List<String> keys() {
            return keys;
        }

        @Override
        public Integer call() throws Exception {
            Predicate<LocalSpool.Item> all =
                    item -> !item.what().equals("cache") && !item.what().equals("damaged");
            return work("retried", (spool, told) -> spool.retry(keys().isEmpty() ? all : this::isNamed, told));
        }
    }

    /** {@code spool export}. */
    @Command(
            name = "export",
            description = {
                "Copy manifests and payloads out, what was rejected too, in the folders of a kit. Changes nothing.",
                "",
                "Every payload is checked against its digest, and lies beside the manifest that describes it. What is"
                        + " damaged, or doesn't match what is there of its key, is left out: exit code 2."
            },
            footer = {"  surface-fs spool export /mnt/usb"})
    static final class Export extends Work {
        @Parameters(paramLabel = "DIR", index = "0", description = "Where to; made when missing.")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private Path target;

        @Parameters(paramLabel = "KEY", index = "1..*", arity = "0..*", description = "Only these, as 'ls' shows them.")
        private final List<String> keys = new ArrayList<>();

        @Override
        List<String> keys() {
            return keys;
        }

        @Override
        public Integer call() throws Exception {
            boolean[] left = {false};
            int exit = work(
                    "exported",
                    (spool, told) -> spool.export(target, item -> keys().isEmpty() || isNamed(item), told, item -> {
                        left[0] = true;
                        terminal().err().println("surface-fs: damaged or no match, not exported: " + item.key());
                    }));
            return left[0] ? ExitCodes.CHECKSUM : exit;
        }
    }

    /** {@code spool drop}. */
    @Command(
            name = "drop",
            description = {
                "Remove puts for ever: they were acknowledged, and nobody will have them.",
                "",
                "With a KEY: what the store refused for good of it. What still waits of it stays, and is delivered;"
                        + " --waiting removes that too.",
                "",
                "Name keys, or say --rejected or --all; and say --yes."
            },
            footer = {
                "  surface-fs spool drop --yes acme/sbom.fragment/sha256:…",
                "  surface-fs spool drop --yes --waiting acme/sbom.fragment/sha256:…",
                "  surface-fs spool drop --rejected --yes"
            })
    static final class Drop extends Work {
        @Parameters(paramLabel = "KEY", index = "0..*", arity = "0..*", description = "Only these, as 'ls' shows them.")
        private final List<String> keys = new ArrayList<>();

        @Override
        List<String> keys() {
            return keys;
        }

        @Option(
                names = "--waiting",
                description = "With KEYs: also what still waits of them, which the store might well take.")
        private boolean waiting;

        @Option(names = "--all", description = "Everything, also all that still waits.")
        private boolean all;

        @Option(names = "--rejected", description = "Everything that the store refused for good.")
        private boolean rejected;

        @Option(names = "--yes", description = "Yes, remove it.")
        private boolean yes;

        @Override
        public Integer call() throws Exception {
            if ((keys().isEmpty() ? 0 : 1) + (all ? 1 : 0) + (rejected ? 1 : 0) != 1) {
                throw wrongUsage("name what to drop, or say --all or --rejected");
            }
            if (waiting && keys().isEmpty()) {
                throw wrongUsage("--waiting goes with keys; --all removes everything");
            }
            if (!yes) {
                throw wrongUsage("this removes acknowledged puts for ever; say --yes");
            }
            int[] spared = {0};
            int exit = work("dropped", (spool, told) -> spool.drop(item -> isWanted(item, spared), told));
            if (spared[0] > 0) {
                terminal()
                        .err()
                        .printf(
                                Locale.ROOT,
                                "surface-fs: %d still waiting of these keys left alone; --waiting drops them too%n",
                                spared[0]);
            }
            return exit;
        }

        private boolean isWanted(LocalSpool.Item item, int[] spared) {
            if (all || (item.rejected() && (rejected || isNamed(item)))) {
                return true;
            }
            boolean named = !item.rejected() && isNamed(item);
            spared[0] += named && !waiting ? 1 : 0;
            return named && waiting;
        }
    }
}
