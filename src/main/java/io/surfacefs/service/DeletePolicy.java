package io.surfacefs.service;

import io.surfacefs.model.Manifest;
import java.time.Instant;

/** What a client may delete. */
public enum DeletePolicy {
    /** Nothing. */
    NEVER,
    /** What is past its own expiresAt. */
    EXPIRED,
    /** Everything. */
    ANY;

    boolean allows(Manifest manifest, Instant now) {
        return switch (this) {
            case NEVER -> false;
            case EXPIRED ->
                manifest.expiresAt() != null && !manifest.expiresAt().instant().isAfter(now);
            case ANY -> true;
        };
    }
}
