package io.surfacefs.publish;

import io.surfacefs.client.ManifestDocument;
import io.surfacefs.client.SurfaceClient;
import io.surfacefs.model.SurfaceException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** Puts what is published: every artefact, then the manifest that lists them. May be used from any thread. */
public final class Publisher {
    private Publisher() {}

    /**
     * What came of a file.
     *
     * @param created whether it was not stored before
     */
    public record Put(CheckedFile file, boolean created) {}

    /**
     * What came of a publication.
     *
     * @param manifest the scan manifest that is stored now
     * @param created whether this publication made it
     */
    public record Published(List<Put> puts, ManifestDocument manifest, boolean created) {}

    /**
     * Publishes. Whatever breaks off is completed by publishing again: what is stored stays as it is, and the manifest
     * comes last.
     *
     * @param client where to; not closed
     * @param done told of each artefact that is stored
     * @param progress told of the bytes of each piece that was sent
     * @throws IOException when a file can't be read
     * @throws SurfaceException {@code DIGEST_MISMATCH} when a file is no longer what was checked; and what the service
     *     answers
     */
    public static Published publish(
            SurfaceClient client, Publication publication, Consumer<Put> done, LongConsumer progress)
            throws IOException {
        Publication.About about = publication.about();
        List<Put> puts = new ArrayList<>();
        for (CheckedFile file : publication.files()) {
            SurfaceClient.NewArtefact artefact = new SurfaceClient.NewArtefact(
                    file.kind().kind(),
                    file.digest(),
                    file.kind().mediaType(),
                    publication.scannerBuild(),
                    about.image() == null ? List.of() : List.of(about.image()),
                    List.of(publication.scan()),
                    null,
                    null,
                    about.generatedAt());
            try (InputStream in = new Watched(Files.newInputStream(file.file()), progress)) {
                SurfaceClient.PutAnswer answer =
                        client.put(about.tenant(), artefact, new SurfaceClient.Content(in, file.size()));
                Put put = new Put(file, answer.created());
                puts.add(put);
                done.accept(put);
            }
        }
        SurfaceClient.PutAnswer manifest = client.putScan(about.tenant(), publication.scan(), publication.manifest());
        return new Published(List.copyOf(puts), manifest.manifest(), manifest.created());
    }

    private static final class Watched extends FilterInputStream {
        private final LongConsumer progress;

        Watched(InputStream in, LongConsumer progress) {
            super(in);
            this.progress = progress;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int n = in.read(target, offset, length);
            if (n > 0) {
                progress.accept(n);
            }
            return n;
        }
    }
}
