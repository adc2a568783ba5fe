package io.surfacefs.kit;

import io.surfacefs.client.Again;
import io.surfacefs.client.SurfaceClient;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings a kit in. Every digest is verified before a key becomes visible; what is known already is not sent again, so
 * an import that was cut goes on where it stood; what is not as it should be is put aside and the rest comes in. Memory
 * is bounded by the entries that are under way, whatever the kit's size.
 */
public final class KitImport {
    /** Bytes up to which an entry is small, with manifest and envelope. */
    private static final int SMALL = 16 << 10;
    /** Large entries that are under way at a time. */
    private static final int LARGE = 16;

    /**
     * How to import.
     *
     * @param force take a kit that is older than the last one
     * @param parallel small entries that are under way at a time: what they wait for together is the disk. Of the
     *     others at most {@value #LARGE}
     * @param aside the folder where entries that don't come in are put, with the reason; null for none. What lies there
     *     is bounded: 1 GiB and 10,000 entries
     * @param retry asks a service again that is overloaded
     */
    public record Options(
            boolean force,
            KitTrust trust,
            int parallel,
            @Nullable Path aside,
            Again retry) {
        /** Options with nothing put aside and 30 s of patience. */
        public Options(boolean force, KitTrust trust, int parallel) {
            this(force, trust, parallel, null, Again.USUAL);
        }
    }

    private final Kit kit;
    private final SurfaceClient client;
    private final Options options;
    private final EntryFiles files;
    private final Tally tally = new Tally();
    private final Set<Tenant> spoiled = ConcurrentHashMap.newKeySet();
    private final Done done;
    private final @Nullable Aside aside;

    private KitImport(Kit kit, SurfaceClient client, Options options, LongConsumer progress) {
        this.kit = kit;
        this.client = client;
        this.options = options;
        this.files = new EntryFiles(kit.source());
        this.done = new Done(progress);
        this.aside = options.aside == null ? null : new Aside(kit, options.aside, Aside.Bounds.USUAL);
    }

    /**
     * Imports a kit.
     *
     * @param progress told how many entries are done
     * @return what was put aside is in its problems
     * @throws KitException when nothing was imported: the index is broken, a signature is required and none counts, or
     *     the kit is older than the last one
     * @throws SurfaceException when the store or the service failed; importing again goes on from there
     */
    public static KitReport run(Kit kit, SurfaceClient client, Options options, LongConsumer progress)
            throws IOException {
        return new KitImport(kit, client, options, progress).run();
    }

    private KitReport run() throws IOException {
        KitSignature.check(kit, options.trust, tally);
        try (Inventory inventory = Inventory.of(kit)) {
            KitAge.check(kit, inventory, client, options.force, tally);
            bringAll();
            inventory.strangers(kit, tally::problem);
            if (inventory.version() > 0) {
                inventory.tenants().stream()
                        .filter(tenant -> !spoiled.contains(tenant))
                        .forEach(tenant -> client.kitImported(tenant, inventory.version()));
            }
            if (aside != null) {
                tally.aside(aside.folder(), aside.failure());
            }
            return tally.report(inventory.version(), inventory.entries());
        }
    }

    private void bringAll() throws IOException {
        try (Workers workers = new Workers(options.parallel);
                Kit.Entries entries = kit.entries(tally::problem)) {
            Batches batches = new Batches(entries);
            for (List<KitEntry> batch = batches.next(); !batch.isEmpty(); batch = batches.next()) {
                submit(workers, batch);
            }
            workers.await();
        }
    }

    private void submit(Workers workers, List<KitEntry> batch) throws IOException {
        Tenant tenant = batch.getFirst().key().tenant();
        Set<ArtefactKey> missing;
        try {
            List<ArtefactKey> keys = batch.stream().map(KitEntry::key).toList();
            missing = new HashSet<>(options.retry.ask(() -> client.missing(tenant, keys)));
        } catch (SurfaceException e) {
            KitException refused = refusal(e);
            batch.forEach(entry -> aside(entry, refused));
            return;
        }
        for (KitEntry entry : batch) {
            boolean known = !missing.contains(entry.key());
            workers.submit(places(entry, options.parallel), () -> {
                try {
                    bring(entry, known);
                } catch (KitException e) {
                    aside(entry, e);
                }
                done.another();
            });
        }
    }

    /** Of so many places those that an entry takes. */
    static int places(KitEntry entry, int parallel) {
        return entry.bytes() < SMALL ? 1 : Math.ceilDiv(parallel, LARGE);
    }

    private void aside(KitEntry entry, KitException why) {
        KitProblem problem = KitProblem.of(entry, why);
        spoiled.add(entry.key().tenant());
        tally.problem(problem);
        if (aside != null) {
            aside.put(entry, problem.fault(), problem.message());
        }
    }

    private void bring(KitEntry entry, boolean known) throws IOException {
        Manifest manifest = files.manifest(entry);
        SurfaceClient.PutAnswer answer = patiently(entry, manifest, known);
        boolean same = Arrays.equals(answer.manifest().json(), manifest.canonical());
        if (!answer.created()) {
            tally.known();
        }
        if (!same) {
            tally.differing();
        }
        tally.good(entry);
    }

    private SurfaceClient.PutAnswer patiently(KitEntry entry, Manifest manifest, boolean known) throws IOException {
        boolean send = !known && entry.payloadDigest() != null;
        try {
            try {
                return options.retry.ask(() -> put(entry, manifest, send));
            } catch (SurfaceException e) {
                if (e.code() != ErrorCode.PAYLOAD_MISSING || send || entry.payloadDigest() == null) {
                    throw e;
                }
                return options.retry.ask(() -> put(entry, manifest, true)); // it went since it was asked for
            }
        } catch (SurfaceException e) {
            throw refusal(e);
        }
    }

    private SurfaceClient.PutAnswer put(KitEntry entry, Manifest manifest, boolean send) throws IOException {
        SurfaceClient.CopiedArtefact artefact = new SurfaceClient.CopiedArtefact(
                entry.key(),
                manifest.canonical(),
                entry.images(),
                entry.scans(),
                manifest instanceof ScanManifest scan ? scan.signatures() : null);
        if (!send) {
            return client.copy(artefact, null);
        }
        try (EntryFiles.Stored stored = files.payload(entry)) {
            try {
                return client.copy(artefact, new SurfaceClient.Content(stored, stored.size()));
            } catch (IOException | RuntimeException e) {
                KitException failed = stored.failed();
                if (failed != null) {
                    throw failed; // whatever was made of it on the way
                }
                throw e;
            }
        }
    }

    /**
     * What a refusal says of an entry.
     *
     * @throws SurfaceException the refusal itself, where it is not the entry's doing
     */
    static KitException refusal(SurfaceException told) {
        KitFault fault = faultOf(told.code());
        if (fault == null) {
            throw told;
        }
        return new KitException(fault, told.getMessage() + " (" + told.code() + ")", told.hint(), told);
    }

    /** In which way an entry is not as it should be that was refused with a code; null where it is not the entry. */
    private static @Nullable KitFault faultOf(ErrorCode code) {
        return switch (code) {
            case DIGEST_MISMATCH, CORRUPT_OBJECT, MALFORMED_ENCODING -> KitFault.CHECKSUM;
            case SIGNATURE_INVALID -> KitFault.SIGNATURE;
            case INVALID_ARGUMENT,
                    INVALID_MANIFEST,
                    TENANT_MISMATCH,
                    PERMISSION_DENIED,
                    PAYLOAD_TOO_LARGE,
                    PAYLOAD_MISSING -> KitFault.REFUSED;
            default -> null;
        };
    }
}
