package io.surfacefs.app;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.model.Tenant;
import io.surfacefs.store.StoreUpkeep;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The operator's work on a store that is another Surface.FS: it is done there. */
final class UpkeepElsewhere implements StoreUpkeep {
    private static SurfaceException refused(String work) {
        return new SurfaceException(
                ErrorCode.INVALID_ARGUMENT,
                work + " is the upstream's own work: the store of this instance is another Surface.FS",
                "run it there, or with --endpoint and the upstream's http:// address");
    }

    @Override
    public int sweep() {
        return 0;
    }

    @Override
    public void settleQuotas() {}

    @Override
    public void countQuotas() {}

    @Override
    public int expire(Map<Kind, Duration> lifetimes, LongConsumer progress) {
        return 0;
    }

    @Override
    public GcResult gc(boolean dryRun, LongConsumer progress) {
        throw refused("gc");
    }

    @Override
    public ReindexResult reindex(LongConsumer progress) {
        throw refused("reindex");
    }

    @Override
    public OptionalLong kitVersion(Tenant tenant) {
        throw refused("the kit's version");
    }

    @Override
    public long kitImported(Tenant tenant, long version) {
        throw refused("the kit's version");
    }

    @Override
    public List<Tenant> tenants(String after, int limit) {
        return List.of();
    }

    @Override
    public Map<String, Usage> usage(@Nullable Tenant only, LongConsumer progress) {
        throw refused("du");
    }

    @Override
    public long fsck(@Nullable Tenant only, LongConsumer progress, Consumer<Problem> problems) {
        throw refused("fsck");
    }
}
