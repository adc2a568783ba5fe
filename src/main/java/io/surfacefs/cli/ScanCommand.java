package io.surfacefs.cli;

import io.surfacefs.client.ManifestDocument;
import io.surfacefs.client.SurfaceClient;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code scan}: the manifests that list all artefacts of one scan. */
@Command(
        name = "scan",
        description = "Put and get the manifest that lists all artefacts of one scan.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.Version.class,
        exitCodeOnInvalidInput = ExitCodes.REFUSED,
        usageHelpAutoWidth = true,
        synopsisSubcommandLabel = "COMMAND",
        descriptionHeading = "%n",
        optionListHeading = "%n",
        commandListHeading = "%nCommands:%n",
        subcommands = {ScanCommand.Put.class, ScanCommand.Get.class, ScanCommand.Surface.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  surface-fs scan put --tenant acme --scan-id scan-1234 scan.json",
            "  surface-fs scan get --tenant acme --scan-id scan-1234",
            "  surface-fs scan surface --tenant acme --scan-id scan-1234 \\",
            "      | jq -r .manifestUri"
        })
final class ScanCommand implements Runnable {
    /** Longer than any scan manifest that a service takes. */
    private static final int MAX_MANIFEST = 16 << 20;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing required subcommand");
    }

    /** Names a scan. */
    @Command
    abstract static class OfScan extends ServiceCommand {
        @Option(
                names = "--tenant",
                paramLabel = "T",
                required = true,
                defaultValue = "${env:SURFACE_TENANT}",
                description = "Owner of the scan (default: SURFACE_TENANT).")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        Tenant tenant;

        @Option(names = "--scan-id", paramLabel = "S", required = true, description = "The scan.")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        ScanId scan;
    }

    /** Gives JSON of a scan. */
    @Command
    abstract static class OfStored extends OfScan {
        @Option(
                names = "--to",
                paramLabel = "FILE|-",
                defaultValue = "-",
                description = "Where to; a file gets the very bytes, the standard output a line break behind them.")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private String to;

        final void deliver(byte[] json) throws IOException {
            if (!to.equals("-")) {
                try (NewFile file = NewFile.open(Path.of(to), root().cancellation())) {
                    file.stream().write(json);
                    file.finish();
                }
                return;
            }
            terminal().out().flush();
            OutputStream out = terminal().bytes();
            out.write(json);
            out.write('\n');
        }
    }

    /** {@code scan put}. */
    @Command(
            name = "put",
            description = {
                "Store a scan manifest; schema, tenant, scanId and generatedAt are filled where absent.",
                "",
                "Prints its digest, and the pointer to it last."
            },
            footer = {
                "  surface-fs scan put --tenant acme --scan-id scan-1234 scan.json",
                "  jq -n '{artifacts: []}' | surface-fs scan put --tenant acme --scan-id s-1235"
            })
    static final class Put extends OfScan {
        @Parameters(
                arity = "0..1",
                paramLabel = "FILE|-",
                defaultValue = "-",
                description = "The manifest; - reads the standard input.")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private String file;

        @Override
        public Integer call() throws Exception {
            byte[] json;
            try (InputStream in = file.equals("-") ? terminal().in() : Files.newInputStream(Path.of(file))) {
                json = in.readNBytes(MAX_MANIFEST + 1);
            }
            if (json.length > MAX_MANIFEST) {
                throw new SurfaceException(ErrorCode.INVALID_MANIFEST, "the manifest is longer than any may be");
            }
            return withClient(LocalEngine.Hold.PUT, client -> put(client, json));
        }

        private int put(SurfaceClient client, byte[] manifest) throws IOException {
            SurfaceClient.PutAnswer answer = client.putScan(tenant, scan, manifest);
            String digest = answer.manifest().digest().toString();
            String uri = ObjectNames.manifestUri(answer.manifest().key());
            if (json()) {
                answer(json -> {
                    json.writeBooleanField("created", answer.created());
                    json.writeStringField("manifestUri", uri);
                    json.writeStringField("manifestDigest", digest);
                    Json.raw(json, "manifest", answer.manifest().text());
                });
            } else {
                terminal().out().printf(Locale.ROOT, "%s%n%s%n", digest, uri);
            }
            return ExitCodes.OK;
        }
    }

    /** {@code scan get}. */
    @Command(
            name = "get",
            description = {
                "Print the current manifest of a scan, as RFC 8785 JSON: the one with the latest generatedAt.",
                "",
                "All attempts: ls --kind surface.manifest --scan-id S."
            },
            footer = {
                "  surface-fs scan get --tenant acme --scan-id scan-1234 | jq '.artifacts[].uri'",
                "  surface-fs scan get --tenant acme --scan-id scan-1234 --to scan.json"
            })
    static final class Get extends OfStored {
        @Override
        public Integer call() throws Exception {
            return withClient(LocalEngine.Hold.READ, client -> {
                ManifestDocument manifest = client.scan(tenant, scan);
                deliver(manifest.json());
                return ExitCodes.OK;
            });
        }
    }

    /** {@code scan surface}. */
    @Command(
            name = "surface",
            description =
                    "Print the surface block of a scan, which report APIs embed: manifestUri, manifestDigest, manifest.",
            footer = {"  surface-fs scan surface --tenant acme --scan-id scan-1234 \\", "      | jq -r .manifestUri"})
    static final class Surface extends OfStored {
        @Override
        public Integer call() throws Exception {
            return withClient(LocalEngine.Hold.READ, client -> {
                deliver(client.surface(tenant, scan));
                return ExitCodes.OK;
            });
        }
    }
}
