package io.surfacefs.cli;

import io.surfacefs.client.SurfaceClient;
import io.surfacefs.kit.Kit;
import io.surfacefs.kit.KitExport;
import io.surfacefs.kit.KitTarget;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.model.Timestamp;
import io.surfacefs.signing.SigningKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kit export}. */
@Command(
        name = "export",
        description = {
            "Write a kit: artefacts and scan manifests with their bytes as they are stored.",
            "",
            "To a folder, which then contains offline/, or to a file that ends in .tar. The same content makes the"
                    + " same bytes, wherever and whenever it is exported."
        },
        footer = {
            "  surface-fs kit export --tenant acme --kit-version 7 kit-7.tar",
            "  surface-fs kit export --tenant acme --image-digest sha256:… \\",
            "      --endpoint https://surface.example kit/",
            "  surface-fs kit export --tenant acme --kit-version 8 --since kit-7.tar \\",
            "      kit-7-to-8.tar",
            "  surface-fs kit export --tenant acme --sign-key site-a.pem kit.tar"
        })
final class KitExportCommand extends ServiceCommand {
    private static final int PARALLEL = 8;

    @Option(
            names = "--tenant",
            paramLabel = "T",
            required = true,
            defaultValue = "${env:SURFACE_TENANT}",
            description = "Whose artefacts; may be repeated (default: SURFACE_TENANT).")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private List<Tenant> tenants;

    @Option(names = "--kind", paramLabel = "K", description = "Only this kind; surface.manifest for scan manifests.")
    private @Nullable Kind kind;

    @Option(names = "--image-digest", paramLabel = "D", description = "Only what is found under this image.")
    private @Nullable Digest image;

    @Option(names = "--scan-id", paramLabel = "S", description = "Only what is found under this scan.")
    private @Nullable ScanId scan;

    @Option(
            names = "--kit-version",
            paramLabel = "N",
            defaultValue = "1",
            description = "What an importing site compares with the last kit it took (default: ${DEFAULT-VALUE}).")
    private long version;

    @Option(
            names = "--since",
            paramLabel = "KIT",
            description = "Leave out what this kit has, for a site that has it: a delta kit.")
    private @Nullable Path since;

    @Option(
            names = "--sign-key",
            paramLabel = "FILE",
            description = "Sign the index with this key, Ed25519 or ECDSA P-256, PKCS#8 in PEM (default:"
                    + " surface.signing.key-file).")
    private @Nullable Path signKey;

    @Option(
            names = "--key-id",
            paramLabel = "NAME",
            description = "What the key is called where it is trusted (default: its file's name without .pem).")
    private @Nullable String keyId;

    @Parameters(paramLabel = "DIR|FILE.tar", description = "Where the kit goes; must not be there yet.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path place;

    @Override
    public Integer call() throws Exception {
        if (version < 1 || version >= 1L << 53) {
            throw wrongUsage("--kit-version is a whole number from 1");
        }
        if (keyId != null && signKey == null) {
            throw wrongUsage("--key-id goes with --sign-key");
        }
        LocalEngine.Keys configured = signKey == null ? root().engine().keys() : LocalEngine.Keys.NONE;
        Path key = signKey == null ? configured.signingKey() : signKey;
        SigningKey signer = key == null ? null : SignedFiles.key(key, signKey == null ? configured.keyId() : keyId);
        return withClient(LocalEngine.Hold.READ, client -> export(client, signer));
    }

    private int export(SurfaceClient client, @Nullable SigningKey signer) throws IOException {
        KitExport.Result result;
        try (Kit base = since == null ? null : Kit.open(since);
                KitTarget target = KitTarget.create(place);
                Progress progress = Progress.ofItems(terminal(), showsProgress(), "exported")) {
            KitExport.Options options = new KitExport.Options(
                    tenants,
                    kind,
                    image,
                    scan,
                    version,
                    sourceDate(System.getenv("SOURCE_DATE_EPOCH")),
                    base,
                    signer,
                    PARALLEL);
            result = KitExport.run(client, target, options, progress);
        }
        if (json()) {
            answer(json -> {
                json.writeStringField("kit", place.toString());
                json.writeNumberField("kitVersion", version);
                json.writeNumberField("entries", result.entries());
                json.writeNumberField("left", result.left());
                json.writeNumberField("bytes", result.bytes());
                json.writeStringField("indexSha256", result.index().toString());
                if (signer != null) {
                    json.writeStringField("signedBy", signer.id());
                }
                json.writeNumberField("seconds", result.seconds());
            });
        } else {
            terminal()
                    .out()
                    .printf(
                            Locale.ROOT,
                            "%d entries, %s in %.1f s%s%s%n%s%n",
                            result.entries(),
                            Sizes.shown(result.bytes()),
                            result.seconds(),
                            since == null ? "" : ", " + result.left() + " left out",
                            signer == null ? "" : ", signed by " + signer.id(),
                            result.index());
        }
        return ExitCodes.OK;
    }

    /** @param epoch seconds since 1970, or null */
    private static @Nullable Timestamp sourceDate(@Nullable String epoch) {
        if (epoch == null || epoch.isEmpty()) {
            return null;
        }
        try {
            return Timestamp.ofSeconds(Instant.ofEpochSecond(Long.parseLong(epoch)));
        } catch (NumberFormatException | DateTimeException e) {
            throw new SurfaceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "SOURCE_DATE_EPOCH is no number of seconds",
                    "unset it, or set it to the seconds since 1970",
                    e);
        }
    }
}
