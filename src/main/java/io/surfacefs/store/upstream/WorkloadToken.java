package io.surfacefs.store.upstream;

import io.surfacefs.store.StoreFault;
import io.surfacefs.wire.BearerToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The token of this instance, read again within a second of a change, so that a rotated one needs no restart. */
final class WorkloadToken implements Supplier<Optional<String>> {
    private static final long LOOK_AGAIN_NANOS = 1_000_000_000L;

    private record Read(String authorization, long at) {}

    private final Path file;
    private final LongSupplier nanos;
    private final AtomicReference<Read> last = new AtomicReference<>();

    WorkloadToken(Path file) {
        this(file, System::nanoTime);
    }

    WorkloadToken(Path file, LongSupplier nanos) {
        this.file = file;
        this.nanos = nanos;
    }

    @Override
    public Optional<String> get() {
        Read read = last.get();
        if (read == null || nanos.getAsLong() - read.at > LOOK_AGAIN_NANOS) {
            try {
                read = new Read(BearerToken.authorization(file), nanos.getAsLong());
            } catch (IOException e) {
                throw new StoreFault(
                        StoreFault.Reason.NO_CREDENTIALS,
                        "the token file " + file + " " + e.getMessage() + "; one line, the token and nothing else",
                        e);
            }
            last.set(read);
        }
        return Optional.of(read.authorization);
    }
}
