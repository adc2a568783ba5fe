package io.surfacefs.cli;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.signing.Envelope;
import io.surfacefs.signing.TrustedKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code verify}. */
@Command(
        name = "verify",
        description = {
            "Verify a DSSE envelope: whether a key that is trusted signed what is in it.",
            "",
            "Exit code 5 says that none did, and why."
        },
        footer = {
            "  surface-fs verify --trust keys/ --payload manifest.json manifest.json.dsse",
            "  surface-fs verify --trust site-a.pem manifest.json.dsse --output json"
        })
final class VerifyCommand extends BaseCommand {
    @Option(
            names = "--trust",
            paramLabel = "DIR|FILE",
            required = true,
            description =
                    "A public key in PEM, or a folder of them (*.pem); the file's name without .pem is the key's.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path trust;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            defaultValue = SignedFiles.MANIFEST,
            description = "What must have been signed, a media type or URI (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String type;

    @Option(
            names = "--payload",
            paramLabel = "FILE",
            description = "The file that must have been signed, byte by byte (default: whatever is in the envelope).")
    private @Nullable String payload;

    @Parameters(
            arity = "0..1",
            paramLabel = "ENVELOPE|-",
            defaultValue = "-",
            description = "The envelope; - reads the standard input.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String file;

    @Override
    public Integer call() throws IOException {
        TrustedKeys keys = Files.isDirectory(trust) ? TrustedKeys.read(trust) : TrustedKeys.ofFile(trust);
        Envelope envelope =
                Envelope.parse(SignedFiles.read(file, terminal(), SignedFiles.MAX_ENVELOPE), SignedFiles.MAX_ENVELOPE);
        String signer = keys.verify(envelope, type);
        if (payload != null && !Arrays.equals(SignedFiles.read(payload, terminal()), envelope.payload())) {
            throw new SurfaceException(
                    ErrorCode.SIGNATURE_INVALID, signer + " signed something else than " + payload, null);
        }
        if (json()) {
            answer(told -> {
                told.writeStringField("keyId", signer);
                told.writeStringField("payloadType", type);
                told.writeNumberField("payloadBytes", envelope.payload().length);
            });
        } else {
            terminal().out().printf(Locale.ROOT, "signed by %s%n", signer);
        }
        return ExitCodes.OK;
    }
}
