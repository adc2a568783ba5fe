package io.surfacefs.service;

import io.surfacefs.codec.SignedForm;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.Events;
import io.surfacefs.signing.ManifestVerifier;
import io.surfacefs.signing.TrustFolder;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of manifests that nobody signed whose signature counts here, on their way in and out. Thread-safe; all
 * but {@link #isFresh} may look at files.
 */
public final class SignatureGate {
    /** Nobody looks at signatures. */
    public static final SignatureGate OFF = new SignatureGate(Policy.OFF, null, false, Events.NONE);

    /** What becomes of such a manifest, and of its payload. */
    public enum Policy {
        /** Nobody looks. */
        OFF,
        /** It is taken and given, and told to the events. */
        WARN,
        /** It is {@code SIGNATURE_INVALID}. */
        REQUIRE
    }

    private final Policy policy;
    private final @Nullable TrustFolder trust;
    private final boolean othersSign;
    private final Events events;
    private final AtomicReference<@Nullable ManifestVerifier> current = new AtomicReference<>();

    /**
     * @param trust whose signatures count; null only where the policy is off
     * @param othersSign whether what comes in unsigned is signed by whoever it is passed on to
     */
    public SignatureGate(Policy policy, @Nullable TrustFolder trust, boolean othersSign, Events events) {
        if (policy != Policy.OFF && trust == null) {
            throw new IllegalArgumentException("no keys to trust");
        }
        this.policy = policy;
        this.trust = trust;
        this.othersSign = othersSign;
        this.events = events;
        if (trust != null) {
            current.set(trust.verifier());
        }
    }

    /** Whether what is refused elsewhere is given here, perhaps with a warning. */
    boolean isOpen() {
        return policy != Policy.REQUIRE;
    }

    /** Whether anybody looks. */
    boolean looks() {
        return policy != Policy.OFF;
    }

    /**
     * Whether what was verified some time ago still is. Else {@link #lookAtKeys} is to be asked. Looks at memory only.
     */
    boolean isFresh() {
        return trust == null || (trust.isFresh() && trust.last() == current.get());
    }

    /**
     * Looks whether other keys count than when this was last asked, so that what was verified was so by others.
     *
     * @param forget forgets all that was verified; done before anybody is told that this is fresh
     */
    void lookAtKeys(Runnable forget) {
        if (trust == null) {
            return;
        }
        ManifestVerifier now = trust.verifier();
        if (current.get() != now) {
            forget.run();
            current.set(now);
        }
    }

    /**
     * Looks at a manifest that is to be given.
     *
     * @throws SurfaceException {@code SIGNATURE_INVALID}, with who signed and why that doesn't count
     */
    void read(Manifest manifest) {
        String why = why(manifest);
        if (why == null) {
            return;
        }
        boolean refused = policy == Policy.REQUIRE;
        events.unsigned(manifest.key(), why, refused);
        if (refused) {
            throw refusal("the manifest is not to be trusted: " + why);
        }
    }

    /** As {@link #read}, for one of many that is left out instead. {@return whether it may be given} */
    boolean lets(Manifest manifest) {
        String why = why(manifest);
        if (why != null) {
            events.unsigned(manifest.key(), why, policy == Policy.REQUIRE);
        }
        return why == null || policy != Policy.REQUIRE;
    }

    /** Whether a manifest may be given, of which all has been told already. */
    boolean trusts(Manifest manifest) {
        return isOpen() || why(manifest) == null;
    }

    /**
     * What a put would come to.
     *
     * @param why why no signature of the manifest counts; null where one does, or nobody looks
     * @param refused whether the put is refused for that
     */
    public record Foreseen(@Nullable String why, boolean refused) {
        static final Foreseen FINE = new Foreseen(null, false);
    }

    /** Looks at a manifest as {@link #put} would, and tells nobody else. */
    Foreseen foreseen(Manifest manifest) {
        String why = mayWait(manifest) ? null : why(manifest);
        return why == null ? Foreseen.FINE : new Foreseen(why, policy == Policy.REQUIRE);
    }

    /** Looks at what is to be put, before anything has changed; throws as {@link #read} does. */
    void put(Manifest manifest, boolean signed) {
        if (signed || !othersSign) {
            read(manifest);
        }
    }

    /**
     * Looks at what a put found there already, before it adds anything to that; throws as {@link #kept} does. Where
     * nothing is refused it is left to that one, so that all is told once.
     */
    void addedTo(Manifest manifest) {
        if (!isOpen()) {
            kept(manifest);
        }
    }

    /**
     * Looks at what a put found there already, as at what it brings: what others sign may wait unsigned.
     *
     * @return whether it may be given
     * @throws SurfaceException as {@link #read}
     */
    boolean kept(Manifest manifest) {
        if (mayWait(manifest)) {
            return trusts(manifest);
        }
        read(manifest);
        return true;
    }

    /** What others sign may wait unsigned. */
    private boolean mayWait(Manifest manifest) {
        return othersSign && looks() && !isSigned(manifest);
    }

    private static boolean isSigned(Manifest manifest) {
        try {
            return SignedForm.parts(manifest).envelope() != null;
        } catch (SurfaceException e) {
            return true; // somehow; the verdict says what is wrong with it
        }
    }

    /** That a payload without a manifest is not given where a signature is wanted. */
    SurfaceException staged() {
        return refusal("the payload has no manifest yet, so nobody signed it");
    }

    private @Nullable String why(Manifest manifest) {
        if (trust == null || policy == Policy.OFF) {
            return null;
        }
        return trust.verdict(manifest).why();
    }

    private static SurfaceException refusal(String why) {
        return new SurfaceException(
                ErrorCode.SIGNATURE_INVALID, why, "surface.signing.trust-dir holds the keys that count here");
    }
}
