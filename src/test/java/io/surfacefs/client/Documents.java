package io.surfacefs.client;

/** Answers of a service, for tests that are one. */
public final class Documents {
    private Documents() {}

    /** A manifest as a service answers it. */
    public static ManifestDocument of(byte[] json) {
        return ManifestDocument.read(json);
    }
}
