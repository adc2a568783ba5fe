package io.surfacefs.cli;

import io.surfacefs.client.SurfaceClient;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.model.Timestamp;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code put}. */
@Command(
        name = "put",
        description = {
            "Store an artefact of any size from a file or the standard input.",
            "",
            "Prints the pointer to the payload, and its digest last. A put is idempotent: what is known already is"
                    + " verified and not stored again."
        },
        footer = {
            "  surface-fs put --tenant acme --kind sbom.fragment --scan-id scan-1234 \\",
            "      --content-type application/vnd.cyclonedx+json web.sbom.json",
            "  scanner … | surface-fs put --tenant acme --kind sbom.fragment --ttl P30D",
            "  digest=$(surface-fs put --tenant acme --kind layer.fragments f | tail -n 1)",
            "  surface-fs put --tenant acme --kind sbom.fragment web.sbom.json \\",
            "      --endpoint http://127.0.0.1:8080"
        })
final class PutCommand extends ServiceCommand {
    @Option(
            names = "--tenant",
            paramLabel = "T",
            required = true,
            defaultValue = "${env:SURFACE_TENANT}",
            description = "Owner of the artefact (default: SURFACE_TENANT).")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Tenant tenant;

    @Option(
            names = "--kind",
            paramLabel = "K",
            required = true,
            description = "What it is, like sbom.fragment or layer-entry-trace.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Kind kind;

    @Option(
            names = "--image-digest",
            paramLabel = "D",
            description = "The image it was found in; may be repeated, the first is its source.")
    private List<Digest> images = new ArrayList<>();

    @Option(
            names = "--scan-id",
            paramLabel = "S",
            description = "The scan that made it; may be repeated, the first is its source.")
    private List<ScanId> scans = new ArrayList<>();

    @Option(names = "--scanner-build", paramLabel = "B", description = "The scanner that made it.")
    private @Nullable String scannerBuild;

    @Option(
            names = "--ttl",
            paramLabel = "P7D",
            description = "How long from now it may be dropped, an ISO-8601 duration or like 7d, 12h.")
    private @Nullable Duration ttl;

    @Option(
            names = "--expires-at",
            paramLabel = "TIME",
            description = "When it may be dropped, in UTC, like 2025-11-05T12:00:00Z.")
    private @Nullable Timestamp expiresAt;

    @Option(
            names = "--content-type",
            paramLabel = "M",
            description = "Media type of the bytes (default: application/octet-stream).")
    private @Nullable MediaType contentType;

    @Option(names = "--digest", paramLabel = "D", description = "Refuse the bytes unless this is their digest.")
    private @Nullable Digest digest;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE|-",
            defaultValue = "-",
            description = "What to store; - reads the standard input.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String file;

    @Override
    public Integer call() throws Exception {
        if (ttl != null && expiresAt != null) {
            throw wrongUsage("--ttl and --expires-at: give one of the two");
        }
        // Opened before anything is started: a wrong name is told at once.
        boolean stdin = file.equals("-");
        Path path = Path.of(file);
        if (!stdin && Files.isDirectory(path)) {
            throw new IOException(file + " is a folder");
        }
        try (InputStream in = stdin ? terminal().in() : Files.newInputStream(path)) {
            long size = stdin || !Files.isRegularFile(path) ? -1 : Files.size(path);
            return withClient(LocalEngine.Hold.PUT, client -> put(client, in, size));
        }
    }

    private int put(SurfaceClient client, InputStream in, long size) throws IOException {
        SurfaceClient.NewArtefact artefact =
                new SurfaceClient.NewArtefact(kind, digest, contentType, scannerBuild, images, scans, expiresAt, ttl);
        SurfaceClient.PutAnswer answer;
        HashedInput sent;
        try (Progress progress = Progress.ofBytes(terminal(), showsProgress(), "put", size)) {
            sent = new HashedInput(in, progress);
            answer = client.put(tenant, artefact, new SurfaceClient.Content(sent, size));
        }
        ArtefactKey key = answer.manifest().key();
        if (!key.equals(new ArtefactKey(tenant, kind, sent.digest()))) {
            throw new SurfaceException(
                    ErrorCode.DIGEST_MISMATCH,
                    "what was sent is " + sent.digest() + ", what was stored is " + key,
                    "the bytes were damaged on their way; put them again");
        }
        String uri = ObjectNames.payloadUri(key);
        if (json()) {
            answer(json -> {
                json.writeBooleanField("created", answer.created());
                json.writeStringField("tenant", key.tenant().value());
                json.writeStringField("kind", key.kind().value());
                json.writeStringField("digest", key.digest().toString());
                json.writeStringField("uri", uri);
                json.writeStringField(
                        "manifestDigest", answer.manifest().digest().toString());
                Json.raw(json, "manifest", answer.manifest().text());
            });
        } else {
            PrintWriter out = terminal().out();
            out.println(uri);
            out.println(key.digest());
        }
        return ExitCodes.OK;
    }
}
