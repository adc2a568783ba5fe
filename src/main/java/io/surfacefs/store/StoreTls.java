package io.surfacefs.store;

import io.surfacefs.tls.ClientTls;
import io.surfacefs.tls.StoreFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** TLS towards a store. */
public final class StoreTls {
    private StoreTls() {}

    /**
     * Trust in the certificates of a PEM file, instead of the system's.
     *
     * @throws StoreFault {@code TLS} when the file can't be used
     */
    public static ClientTls trusting(Path pem) {
        return open(ClientTls.Settings.trusting("surface.store.ca-file", new StoreFile.PemCertificates(List.of(pem))));
    }

    /**
     * Reads what is to be trusted and shown.
     *
     * @throws StoreFault {@code TLS} when a file can't be used
     */
    public static ClientTls open(ClientTls.Settings settings) {
        try {
            return ClientTls.open(settings);
        } catch (IOException e) {
            throw new StoreFault(StoreFault.Reason.TLS, "mend " + settings.name() + ": " + e.getMessage(), e);
        }
    }
}
