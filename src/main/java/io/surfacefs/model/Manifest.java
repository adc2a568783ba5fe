package io.surfacefs.model;

import org.jspecify.annotations.Nullable;

/** A manifest: its RFC 8785 bytes, which are what is stored, served and hashed, and a typed view of them. Immutable. */
public sealed interface Manifest permits ArtefactManifest, ScanManifest {
    /** The RFC 8785 bytes in UTF-8. Not a copy: callers don't write to it. */
    byte[] canonical();

    /** SHA-256 of {@link #canonical()}. */
    Digest digest();

    /** The key under which this is found: for a scan manifest kind {@code surface.manifest} and {@link #digest()}. */
    ArtefactKey key();

    /** From when on this may be dropped, or null where nothing was said. */
    @Nullable Timestamp expiresAt();
}
