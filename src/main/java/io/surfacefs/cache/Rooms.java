package io.surfacefs.cache;

import io.surfacefs.model.Tenant;
import io.surfacefs.store.CacheUpkeep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes room, by deleting the files of objects that go, and puts damaged files aside. One thread at a time makes room:
 * what it frees it may count on. Thread-safe.
 */
final class Rooms {
    private static final int TRIES = 64;
    private static final int MAX_QUARANTINED = 1_000;
    private static final int QUARANTINE_SHARE = 20;

    private final CacheSettings settings;
    private final Ledger ledger;
    private final CacheFolder folder;
    private final NameLocks names;
    private final CacheEvents events;
    private final Waits.Mutex making;

    Rooms(CacheSettings settings, Ledger ledger, CacheFolder folder, NameLocks names, CacheEvents events, Waits waits) {
        this.settings = settings;
        this.ledger = ledger;
        this.folder = folder;
        this.names = names;
        this.events = events;
        this.making = waits.mutex();
    }

    /**
     * Reserves room, before anything is written into it.
     *
     * @return false when it can't be had without taking what is another's share
     */
    boolean reserve(long bytes, Tenant forWhom) throws IOException {
        if (ledger.tryReserve(bytes)) {
            return true;
        }
        making.lock();
        try {
            for (int i = 0; i < TRIES; i++) {
                if (ledger.tryReserve(bytes)) {
                    return true;
                }
                List<Ledger.Leaving> leaving = ledger.makeRoom(bytes, forWhom);
                if (leaving.isEmpty()) {
                    return false;
                }
                delete(leaving, CacheEvents.Reason.QUOTA);
            }
            return false;
        } finally {
            making.unlock();
        }
    }

    /** Goes back to the soft mark, oldest objects first. */
    void trim() throws IOException {
        making.lock();
        try {
            delete(ledger.trim(), CacheEvents.Reason.QUOTA);
        } finally {
            making.unlock();
        }
    }

    /** Drops what may be dropped by its time. {@return how many objects} */
    int dropExpired(int limit) throws IOException {
        making.lock();
        try {
            List<Ledger.Leaving> leaving = ledger.expired(limit);
            delete(leaving, CacheEvents.Reason.EXPIRED);
            return leaving.size();
        } finally {
            making.unlock();
        }
    }

    /** Drops everything, or everything of a tenant. {@return objects and bytes} */
    CacheUpkeep.Evicted dropAll(@Nullable Tenant only) throws IOException {
        making.lock();
        try {
            List<Ledger.Leaving> leaving = ledger.takeAll(only);
            delete(leaving, CacheEvents.Reason.OPERATOR);
            long bytes = leaving.stream()
                    .mapToLong(l -> l.charged() - Ledger.ENTRY_CHARGE)
                    .sum();
            return new CacheUpkeep.Evicted(leaving.size(), bytes);
        } finally {
            making.unlock();
        }
    }

    private void delete(List<Ledger.Leaving> objects, CacheEvents.Reason reason) throws IOException {
        IOException failure = null;
        for (Ledger.Leaving object : objects) {
            Waits.Mutex mutex = names.of(object.hash());
            mutex.lock();
            try {
                // It may have come again meanwhile: then its file is the new one.
                if (ledger.index().find(object.hash()) == null) {
                    folder.delete(object.hash());
                }
                ledger.left(object);
                events.evicted(reason);
            } catch (IOException e) {
                // Its bytes still lie there, so they still count; the next start looks at the folder again.
                failure = e;
            } finally {
                mutex.unlock();
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Puts an object's file aside and forgets the object. */
    void quarantine(NameHash hash, long now) throws IOException {
        Waits.Mutex mutex = names.of(hash);
        mutex.lock();
        try {
            long size = folder.size(hash);
            ledger.quarantined(size);
            boolean known = ledger.remove(hash);
            try {
                folder.quarantine(hash, now);
            } catch (NoSuchFileException e) {
                ledger.quarantined(-size);
                throw e;
            }
            if (known) {
                events.quarantined();
            }
        } finally {
            mutex.unlock();
        }
        boundQuarantine();
    }

    /** Counts what is in quarantine since before, and keeps it within its bound. */
    void countQuarantine() throws IOException {
        long bytes = 0;
        for (Path file : folder.quarantined()) {
            bytes += Files.size(file);
        }
        ledger.quarantined(bytes);
        boundQuarantine();
    }

    private void boundQuarantine() throws IOException {
        long most = settings.quota() / QUARANTINE_SHARE;
        List<Path> files = folder.quarantined();
        long bytes = ledger.totals().quarantined();
        for (int i = 0; i < files.size() && (bytes > most || files.size() - i > MAX_QUARANTINED); i++) {
            long size = Files.size(files.get(i));
            if (folder.disk().delete(files.get(i))) {
                ledger.quarantined(-size);
                bytes -= size;
            }
        }
    }
}
