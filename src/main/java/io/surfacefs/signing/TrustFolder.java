package io.surfacefs.signing;

import io.surfacefs.model.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A folder of public keys, looked at again once a second at most and read again when it changed, so that a key that was
 * added or taken away counts without a restart. Thread-safe.
 */
public final class TrustFolder {
    private final ReadAgain<ManifestVerifier> keys;

    private TrustFolder(ReadAgain<ManifestVerifier> keys) {
        this.keys = keys;
    }

    /**
     * Reads the folder as {@link TrustedKeys#read} does.
     *
     * @param failed told, once a second at most, why a folder that changed can't be read; the last keys go on counting
     */
    public static TrustFolder open(Path folder, Consumer<IOException> failed) throws IOException {
        return open(folder, failed, System::nanoTime);
    }

    static TrustFolder open(Path folder, Consumer<IOException> failed, LongSupplier nanos) throws IOException {
        return new TrustFolder(new ReadAgain<>(
                new ReadAgain.Files<>() {
                    @Override
                    public String stamp() throws IOException {
                        return TrustFolder.stamp(folder);
                    }

                    @Override
                    public ManifestVerifier read() throws IOException {
                        return new ManifestVerifier(TrustedKeys.read(folder));
                    }
                },
                nanos,
                failed));
    }

    private static String stamp(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(TrustedKeys::isKey).sorted().toList();
        }
        StringBuilder stamp = new StringBuilder();
        for (Path file : files) {
            stamp.append(file.getFileName())
                    .append(' ')
                    .append(TrustedKeys.stamp(file))
                    .append('\n');
        }
        return stamp.toString();
    }

    /** Whether the folder was looked at within the last second; looks at memory only. */
    public boolean isFresh() {
        return keys.isFresh();
    }

    /** What the keys say that counted when the folder was last looked at; looks at memory only. */
    public ManifestVerifier last() {
        return keys.last();
    }

    /** What the keys that count now say of manifests; another object when they changed. */
    public ManifestVerifier verifier() {
        return keys.get();
    }

    /** What the keys that count now say of one manifest. */
    public ManifestVerifier.Verdict verdict(Manifest manifest) {
        return keys.get().verdict(manifest);
    }

    /** The names of the keys that count now, in a line. */
    public String names() {
        return keys.get().keys().names().stream().collect(Collectors.joining(", "));
    }
}
