package io.surfacefs.cli;

import io.surfacefs.signing.Envelope;
import io.surfacefs.signing.SigningKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sign}. */
@Command(
        name = "sign",
        description = {
            "Sign a file: a DSSE envelope with the file in it.",
            "",
            "The key is Ed25519 or ECDSA P-256, PKCS#8 in PEM, as 'openssl genpkey -algorithm ed25519' makes it."
        },
        footer = {
            "  surface-fs sign --key signing-key.pem --key-id site-a manifest.json \\",
            "      --to manifest.json.dsse",
            "  surface-fs sign --key signing-key.pem \\",
            "      --type application/vnd.acme.report+json report.json"
        })
final class SignCommand extends BaseCommand {
    @Option(names = "--key", paramLabel = "FILE", required = true, description = "The private key.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path key;

    @Option(
            names = "--key-id",
            paramLabel = "NAME",
            description = "What the key is called where it is trusted (default: the file's name without .pem).")
    private @Nullable String keyId;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            defaultValue = SignedFiles.MANIFEST,
            description = "What is signed, a media type or URI (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String type;

    @Option(
            names = "--to",
            paramLabel = "FILE|-",
            defaultValue = "-",
            description = "Where the envelope goes (default: the standard output).")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String to;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE|-",
            defaultValue = "-",
            description = "What to sign, 16 MiB at most; - reads the standard input.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String file;

    @Override
    public Integer call() throws IOException {
        SigningKey signer = SignedFiles.key(key, keyId);
        Envelope envelope = signer.sign(type, SignedFiles.read(file, terminal()));
        byte[] json = envelope.json();
        if (to.equals("-")) {
            terminal().out().flush();
            terminal().bytes().write(json);
            terminal().bytes().write('\n');
            return ExitCodes.OK;
        }
        try (NewFile written = NewFile.open(Path.of(to), root().cancellation())) {
            written.stream().write(json);
            written.finish();
        }
        if (json()) {
            answer(told -> {
                told.writeStringField("keyId", signer.id());
                told.writeStringField("payloadType", type);
                told.writeStringField("file", to);
            });
        } else {
            terminal().out().printf(Locale.ROOT, "signed by %s: %s%n", signer.id(), to);
        }
        return ExitCodes.OK;
    }
}
