package io.surfacefs.cli;

import io.surfacefs.client.CacheAdmin;
import io.surfacefs.model.Tenant;
import io.surfacefs.service.LocalCacheService;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code cache}: the bounded copy on this node's disk. */
@Command(
        name = "cache",
        description = {
            "Look at the local cache, empty it, check it.",
            "",
            "The cache is a copy: the store keeps everything. While a server runs on it: with --endpoint."
        },
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.Version.class,
        exitCodeOnInvalidInput = ExitCodes.REFUSED,
        usageHelpAutoWidth = true,
        synopsisSubcommandLabel = "COMMAND",
        descriptionHeading = "%n",
        optionListHeading = "%n",
        commandListHeading = "%nCommands:%n",
        subcommands = {CacheCommand.Stat.class, CacheCommand.Evict.class, CacheCommand.Scrub.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  surface-fs cache stat --endpoint http://127.0.0.1:8080",
            "  surface-fs cache evict --tenant acme --endpoint http://127.0.0.1:8080"
        })
final class CacheCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing required subcommand");
    }

    /** {@code cache stat}. */
    @Command(
            name = "stat",
            description = "Show how full the cache is.",
            footer = {
                "  surface-fs cache stat",
                "  surface-fs cache stat --endpoint http://127.0.0.1:8080 --output json \\",
                "      | jq .bytes"
            })
    static final class Stat extends ServiceCommand {
        @Override
        public Integer call() throws Exception {
            return withCache(this::show);
        }

        private int show(CacheAdmin cache) throws IOException {
            LocalCacheService.Stat stat = cache.stat();
            if (json()) {
                answer(json -> {
                    json.writeNumberField("bytes", stat.bytes());
                    json.writeNumberField("quotaBytes", stat.quotaBytes());
                    json.writeNumberField("entries", stat.entries());
                    json.writeNumberField("tenants", stat.tenants());
                    json.writeNumberField("quarantinedBytes", stat.quarantinedBytes());
                    json.writeNumberField("fetches", stat.fetches());
                    json.writeBooleanField("complete", stat.complete());
                    json.writeNumberField("failures", stat.failures());
                    json.writeNumberField("openSeconds", stat.openSeconds());
                });
                return ExitCodes.OK;
            }
            PrintWriter out = terminal().out();
            out.printf(
                    Locale.ROOT,
                    "%s of %s in %d entries of %d tenants%n",
                    Sizes.shown(stat.bytes()),
                    Sizes.shown(stat.quotaBytes()),
                    stat.entries(),
                    stat.tenants());
            out.printf(Locale.ROOT, "%d fetches under way%n", stat.fetches());
            out.printf(Locale.ROOT, "%s in quarantine%n", Sizes.shown(stat.quarantinedBytes()));
            out.printf(Locale.ROOT, "%d failures of the disk%n", stat.failures());
            out.printf(
                    Locale.ROOT,
                    stat.complete() ? "index complete after %.3f s%n" : "index being read for %.3f s%n",
                    stat.openSeconds());
            return ExitCodes.OK;
        }
    }

    /** {@code cache evict}. */
    @Command(
            name = "evict",
            description = {
                "Empty the cache, or drop what is one tenant's.",
                "",
                "Nothing is lost: what is asked for again is fetched from the store again."
            },
            footer = {"  surface-fs cache evict --tenant acme --endpoint http://127.0.0.1:8080"})
    static final class Evict extends ServiceCommand {
        @Option(names = "--tenant", paramLabel = "T", description = "Only what is this tenant's.")
        private @Nullable Tenant tenant;

        @Override
        public Integer call() throws Exception {
            return withCache(this::evict);
        }

        private int evict(CacheAdmin cache) throws IOException {
            LocalCacheService.Evicted evicted = cache.evict(tenant);
            if (json()) {
                answer(json -> {
                    json.writeNumberField("objects", evicted.objects());
                    json.writeNumberField("bytes", evicted.bytes());
                });
            } else {
                terminal()
                        .out()
                        .printf(
                                Locale.ROOT,
                                "evicted %d objects, %s%n",
                                evicted.objects(),
                                Sizes.shown(evicted.bytes()));
            }
            return ExitCodes.OK;
        }
    }

    /** {@code cache scrub}. */
    @Command(
            name = "scrub",
            description = {
                "Read everything in the cache, 64 MiB a second at most, and put aside what is damaged.",
                "",
                "What is put aside is fetched again when it is asked for. The exit code is 2 when anything was damaged."
            },
            footer = {"  surface-fs cache scrub --endpoint http://127.0.0.1:8080"})
    static final class Scrub extends ServiceCommand {
        @Override
        public Integer call() throws Exception {
            return withCache(this::scrub);
        }

        private int scrub(CacheAdmin cache) throws IOException {
            LocalCacheService.Scrubbed scrubbed;
            try (Progress progress = Progress.ofItems(terminal(), showsProgress(), "checked")) {
                scrubbed = cache.scrub(progress);
            }
            if (json()) {
                answer(json -> {
                    json.writeNumberField("objects", scrubbed.objects());
                    json.writeNumberField("bytes", scrubbed.bytes());
                    json.writeNumberField("damaged", scrubbed.damaged());
                });
            } else {
                terminal()
                        .out()
                        .printf(
                                Locale.ROOT,
                                "checked %d objects, %s: %d damaged%n",
                                scrubbed.objects(),
                                Sizes.shown(scrubbed.bytes()),
                                scrubbed.damaged());
            }
            return scrubbed.damaged() == 0 ? ExitCodes.OK : ExitCodes.CHECKSUM;
        }
    }
}
