package io.surfacefs.store.upstream;

import io.surfacefs.codec.Hashes;
import io.surfacefs.codec.StoredBytes;
import io.surfacefs.codec.StoredVerifier;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Opens objects, verified or to be verified as they are read. Thread-safe. */
final class Opening {
    /** Objects of so many stored bytes come with the first answer, and are verified before the first is given. */
    private static final int AT_ONCE = 256 << 10;

    private final UpstreamSettings.Limits limits;
    private final Stalled stalled;
    private final StoredVerifier verifier;
    private final boolean verify;

    Opening(UpstreamSettings settings, Stalled stalled, StoredVerifier verifier) {
        this.limits = settings.limits();
        this.verify = settings.verify();
        this.stalled = stalled;
        this.verifier = verifier;
    }

    /**
     * An object whose first bytes have come.
     *
     * @param raw digest of the raw bytes
     * @param sound false when all have come, and are others than they should be
     */
    record Opened(Digest raw, StoredPayload facts, StoredBytes bytes, boolean sound) {}

    /**
     * Opens an object.
     *
     * @param found told, at most once, what came of a check while it was read
     * @return null when there is none
     */
    <A> @Nullable Opened open(Question<A> question, Consumer<Boolean> found) {
        try (Answer<A> answer = Answer.to(question, limits, 0, AT_ONCE)) {
            byte[] first = UpstreamBytes.all(answer);
            StoredPayload facts = answer.facts();
            StoredBytes bytes = new UpstreamBytes<>(question, limits, stalled, facts, first);
            if (first.length < facts.storedSize()) {
                return new Opened(
                        answer.raw(),
                        facts,
                        verify ? verifier.inPassing(bytes, facts.storedDigest(), found) : bytes,
                        true);
            }
            return new Opened(
                    answer.raw(), facts, bytes, !verify || Hashes.sha256(first).equals(facts.storedDigest()));
        } catch (SurfaceException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                return null;
            }
            throw e;
        }
    }
}
