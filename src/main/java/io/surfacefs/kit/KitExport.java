package io.surfacefs.kit;

import io.surfacefs.client.ManifestDocument;
import io.surfacefs.client.SurfaceClient;
import io.surfacefs.codec.Hashes;
import io.surfacefs.codec.SignedForm;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.ScanId;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.model.Timestamp;
import io.surfacefs.signing.SigningKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a kit from a Surface.FS, here or far away. The same content makes the same bytes, whoever exports it, where
 * and when. Stored bytes are copied as they are and checked against their digest on the way. Memory is bounded by the
 * entries that are under way.
 */
public final class KitExport {
    /** A payload up to here is fetched ahead of its turn. */
    private static final int SMALL = 256 << 10;

    /**
     * What to export.
     *
     * @param tenants at least one
     * @param kind only that one; {@code surface.manifest} for scan manifests alone; null for all
     * @param image only what is found under it
     * @param scan only what is found under it
     * @param version of the kit, from 1
     * @param generatedAt what the index says, or null for the latest time among the entries
     * @param since what this kit has is left out
     * @param signer signs the index
     * @param parallel entries that are fetched at a time
     */
    public record Options(
            List<Tenant> tenants,
            @Nullable Kind kind,
            @Nullable Digest image,
            @Nullable ScanId scan,
            long version,
            @Nullable Timestamp generatedAt,
            @Nullable Kit since,
            @Nullable SigningKey signer,
            int parallel) {
        public Options {
            tenants = List.copyOf(tenants);
        }
    }

    /**
     * What was written.
     *
     * @param left entries that {@code since} has already
     * @param bytes of the files
     * @param index SHA-256 of the index
     */
    public record Result(long entries, long left, long bytes, Digest index, double seconds) {}

    private final SurfaceClient client;
    private final KitTarget target;
    private final Options options;
    private final Done done;
    private long entries;
    private long left;
    private long bytes;

    private KitExport(SurfaceClient client, KitTarget target, Options options, LongConsumer progress) {
        this.client = client;
        this.target = target;
        this.options = options;
        this.done = new Done(progress);
    }

    /**
     * Exports, and finishes the target.
     *
     * @param progress told how many entries are done
     * @throws KitException {@code CHECKSUM} when stored bytes are not what their manifest says
     */
    public static Result run(SurfaceClient client, KitTarget target, Options options, LongConsumer progress)
            throws IOException {
        return new KitExport(client, target, options, progress).run();
    }

    private Result run() throws IOException {
        long begun = System.nanoTime();
        try (OutputStream scratch = KitTarget.buffered(target.scratch());
                Since since = new Since(options.since);
                EntryWriter writer = EntryWriter.of(target, options.parallel)) {
            IndexWriter index = new IndexWriter(scratch);
            List<Tenant> tenants = options.tenants.stream()
                    .distinct()
                    .sorted(Comparator.comparing(tenant -> tenant + "/"))
                    .toList();
            for (Tenant tenant : tenants) {
                export(tenant, index, since, writer);
            }
            writer.await();
            index.finish(options.generatedAt, options.version);
        }
        Digest digest = finish();
        return new Result(entries, left, bytes, digest, (System.nanoTime() - begun) / 1e9);
    }

    private void export(Tenant tenant, IndexWriter index, Since since, EntryWriter writer) throws IOException {
        try (Listed listed = new Listed(client, tenant, options);
                FoundUnder under = FoundUnder.read(client, tenant, options.kind)) {
            export(listed, under, index, since, writer);
        }
    }

    private void export(Listed listed, FoundUnder under, IndexWriter index, Since since, EntryWriter writer)
            throws IOException {
        for (ManifestDocument manifest = listed.next(); manifest != null; manifest = listed.next()) {
            byte[] envelope = manifest.key().isScanManifest() ? envelope(manifest) : null;
            KitEntry plain = entry(manifest, under);
            KitEntry entry = envelope == null ? plain : plain.signed(envelope);
            if (since.has(entry)) {
                left++;
                continue;
            }
            index.add(entry, made(manifest));
            entries++;
            bytes += entry.bytes();
            writer.write(entry, new EntryWriter.Files(manifest.json(), envelope), () -> fetch(entry), done);
        }
    }

    /** The envelope beside a scan manifest, which a list doesn't tell; null for none. */
    private byte @Nullable [] envelope(ManifestDocument listed) {
        byte[] signatures = signatures(listed.key());
        return signatures == null
                ? null
                : SignedForm.envelope(
                        EntryFiles.scan(listed.json(), listed.key()).withSignatures(signatures));
    }

    private byte @Nullable [] signatures(ArtefactKey key) {
        try {
            return client.manifest(key).signatures();
        } catch (SurfaceException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                return null; // it has gone since it was listed, and so has who signed it
            }
            throw e;
        }
    }

    private static Timestamp made(ManifestDocument manifest) {
        return new Timestamp(text(manifest, manifest.key().isScanManifest() ? "generatedAt" : "createdAt"));
    }

    private static KitEntry entry(ManifestDocument manifest, FoundUnder under) throws IOException {
        ArtefactKey key = manifest.key();
        boolean scan = key.isScanManifest();
        FoundUnder.Names names = under.of(
                key,
                manifest.member(scan ? "imageDigest" : "source.imageDigest"),
                manifest.member(scan ? "scanId" : "source.scanId"));
        return new KitEntry(
                key,
                manifest.digest(),
                manifest.json().length,
                scan ? null : Digest.parse(text(manifest, "storage.sha256")),
                scan ? 0 : Long.parseLong(text(manifest, "storage.sizeBytes")),
                names.images(),
                names.scans());
    }

    private static String text(ManifestDocument manifest, String member) {
        String text = manifest.member(member);
        if (text == null) {
            throw new SurfaceException(
                    ErrorCode.CORRUPT_OBJECT, "the manifest of " + manifest.key() + " lacks " + member);
        }
        return text;
    }

    /** The stored bytes of an entry, small ones in memory. */
    private EntryWriter.Content fetch(KitEntry entry) throws IOException {
        SurfaceClient.Payload payload;
        try {
            payload = client.stored(entry.key());
        } catch (SurfaceException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                throw new KitException(
                        KitFault.MISSING, entry.key() + " went while it was exported", "export again", e);
            }
            throw e;
        }
        InputStream checked = new CheckedStream(payload.stream(), entry);
        if (entry.payloadBytes() > SMALL) {
            return new EntryWriter.Content(checked);
        }
        try (checked) {
            return new EntryWriter.Content(new ByteArrayInputStream(checked.readAllBytes()));
        }
    }

    private Digest finish() throws IOException {
        Digest digest = Digest.of(digest());
        try (InputStream index = Files.newInputStream(target.scratch())) {
            target.file(KitPaths.INDEX, index, Files.size(target.scratch()));
        }
        if (options.signer != null) {
            if (Files.size(target.scratch()) > Kit.MAX_SIGNED_INDEX) {
                throw new KitException(
                        KitFault.REFUSED,
                        "the index is longer than " + Kit.MAX_SIGNED_INDEX + " bytes, too long to be signed",
                        "export less at a time, by kind, image or scan",
                        null);
            }
            byte[] envelope = options.signer
                    .sign(KitSignature.TYPE, Files.readAllBytes(target.scratch()))
                    .json();
            target.file(KitPaths.SIGNATURE, new ByteArrayInputStream(envelope), envelope.length);
        }
        target.finish();
        return digest;
    }

    private byte[] digest() throws IOException {
        MessageDigest hash = Hashes.sha256();
        byte[] buffer = new byte[64 << 10];
        try (InputStream index = Files.newInputStream(target.scratch())) {
            for (int n = index.read(buffer); n >= 0; n = index.read(buffer)) {
                hash.update(buffer, 0, n);
            }
        }
        return hash.digest();
    }

    /** What another kit has, read beside what is exported, in the same order. */
    private static final class Since implements AutoCloseable {
        private final Kit.@Nullable Entries entries;
        private @Nullable KitEntry current;

        Since(@Nullable Kit kit) throws IOException {
            entries = kit == null ? null : kit.entries(problem -> {});
            current = entries == null ? null : entries.next();
        }

        /** To be asked in the order of the entries. */
        boolean has(KitEntry entry) throws IOException {
            String path = entry.manifestPath();
            while (current != null && current.manifestPath().compareTo(path) < 0) {
                current = Objects.requireNonNull(entries).next();
            }
            return entry.equals(current);
        }

        @Override
        public void close() throws IOException {
            if (entries != null) {
                entries.close();
            }
        }
    }
}
