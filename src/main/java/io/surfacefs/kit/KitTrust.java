package io.surfacefs.kit;

import io.surfacefs.signing.TrustedKeys;
import org.jspecify.annotations.Nullable;

/**
 * Whose signatures count for a kit, and whether one is wanted.
 *
 * @param keys null only where the policy is off
 */
public record KitTrust(Policy policy, @Nullable TrustedKeys keys) {
    /** Nobody looks at signatures. */
    public static final KitTrust NONE = new KitTrust(Policy.OFF, null);

    /** What becomes of a kit without a signature that counts. */
    public enum Policy {
        /** Nobody looks. */
        OFF,
        /** It is taken, and told. */
        WARN,
        /** It is refused. */
        REQUIRE
    }

    /** @throws IllegalArgumentException without keys where one is wanted */
    public KitTrust {
        if (policy != Policy.OFF && keys == null) {
            throw new IllegalArgumentException("no keys to trust");
        }
    }
}
