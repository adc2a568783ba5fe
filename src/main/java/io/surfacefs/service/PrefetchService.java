package io.surfacefs.service;

import io.surfacefs.access.TenantAccess;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.ops.Events;
import io.surfacefs.store.Prefetch;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Brings artefacts near ahead of their readers. Thread-safe; the call may block. */
public final class PrefetchService {
    /** What a prefetch came to. */
    public record Counts(int present, int fetched, int missing) {}

    private final ArtefactService artefacts;
    private final @Nullable Prefetch prefetch;
    private final Events events;

    /** @param prefetch null where there is no cache on disk */
    public PrefetchService(ArtefactService artefacts, @Nullable Prefetch prefetch, Events events) {
        this.artefacts = artefacts;
        this.prefetch = prefetch;
        this.events = events;
    }

    /**
     * Warms the local cache with up to {@link ArtefactService#MAX_KEYS} keys. Where there is none, all that the store
     * has is present.
     */
    public Counts prefetch(TenantAccess access, List<ItemKey> items) {
        Counts counts;
        if (prefetch == null) {
            int missing = artefacts.findMissing(access, items).size();
            counts = new Counts(items.size() - missing, 0, missing);
        } else {
            ArtefactService.requireBatch(items);
            List<ArtefactKey> keys = items.stream()
                    .map(item -> access.key(item.kind(), item.digest()))
                    .toList();
            List<Prefetch.Result> results = prefetch.prefetch(keys);
            counts = new Counts(
                    Collections.frequency(results, Prefetch.Result.PRESENT),
                    Collections.frequency(results, Prefetch.Result.FETCHED),
                    Collections.frequency(results, Prefetch.Result.MISSING));
        }
        tell(Prefetch.Result.PRESENT, counts.present());
        tell(Prefetch.Result.FETCHED, counts.fetched());
        tell(Prefetch.Result.MISSING, counts.missing());
        return counts;
    }

    private void tell(Prefetch.Result result, int times) {
        if (times > 0) {
            events.prefetched(result.name().toLowerCase(Locale.ROOT), times);
        }
    }
}
