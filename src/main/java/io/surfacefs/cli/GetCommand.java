package io.surfacefs.cli;

import io.surfacefs.client.ManifestDocument;
import io.surfacefs.client.SurfaceClient;
import io.surfacefs.model.ArtefactKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code get}. */
@Command(
        name = "get",
        description = {
            "Fetch an artefact's payload, or its manifest.",
            "",
            "The bytes are verified against the digest while they arrive. A file is there whole or not at all; on the"
                    + " standard output only the exit code tells (2: not the bytes of that digest)."
        },
        footer = {
            "  surface-fs get --tenant acme --kind sbom.fragment sha256:… --to web.sbom.json",
            "  surface-fs get --tenant acme --kind sbom.fragment sha256:… | jq .components",
            "  surface-fs get --tenant acme --kind sbom.fragment sha256:… --manifest \\",
            "      --endpoint grpc://127.0.0.1:9000"
        })
final class GetCommand extends ServiceCommand {
    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private KeyOptions key;

    @Option(names = "--manifest", description = "The manifest, as RFC 8785 JSON, instead of the payload.")
    private boolean manifest;

    @Option(
            names = "--to",
            paramLabel = "FILE|-",
            defaultValue = "-",
            description = "Where to; - is the standard output, and what counts without it.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String to;

    @Override
    public Integer call() throws Exception {
        if (json() && to.equals("-") && !manifest) {
            throw wrongUsage("--output json needs --to FILE: the payload is on the standard output");
        }
        return withClient(LocalEngine.Hold.READ, this::get);
    }

    private int get(SurfaceClient client) throws IOException {
        ArtefactKey wanted = key.key();
        if (manifest) {
            ManifestDocument found = client.manifest(wanted);
            return deliver(wanted, new ByteArrayInputStream(found.json()), found.json().length);
        }
        // What is left is known only to whoever asks for the size before; worth a question where somebody watches.
        long size = showsProgress() ? client.stat(wanted).rawSize() : -1;
        try (SurfaceClient.Payload payload = client.payload(wanted)) {
            return deliver(wanted, payload.stream(), Math.max(size, payload.size()));
        }
    }

    private int deliver(ArtefactKey wanted, InputStream stream, long size) throws IOException {
        if (to.equals("-")) {
            terminal().out().flush();
            copy(stream, terminal().bytes(), size);
            return ExitCodes.OK;
        }
        long written;
        try (NewFile file = NewFile.open(Path.of(to), root().cancellation())) {
            written = copy(stream, file.stream(), size);
            file.finish();
        }
        if (json()) {
            answer(json -> {
                json.writeStringField("tenant", wanted.tenant().value());
                json.writeStringField("kind", wanted.kind().value());
                json.writeStringField("digest", wanted.digest().toString());
                json.writeStringField("file", to);
                json.writeNumberField("bytes", written);
            });
        }
        return ExitCodes.OK;
    }

    private long copy(InputStream from, OutputStream target, long size) throws IOException {
        byte[] buffer = new byte[256 * 1024];
        long done = 0;
        try (Progress progress = Progress.ofBytes(terminal(), showsProgress(), "get", size)) {
            for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                target.write(buffer, 0, n);
                done += n;
                progress.accept(done);
            }
        }
        return done;
    }
}
