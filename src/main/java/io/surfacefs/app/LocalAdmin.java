package io.surfacefs.app;

import io.surfacefs.client.SurfaceAdmin;
import io.surfacefs.model.Tenant;
import io.surfacefs.service.AdminService;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The operator's work on the store of this process. Closing it closes nothing: the service is somebody else's. */
record LocalAdmin(AdminService service) implements SurfaceAdmin {
    @Override
    public Collected gc(boolean dryRun, LongConsumer progress) {
        AdminService.Collected result = service.gc(dryRun, progress);
        return new Collected(result.marked(), result.dropped());
    }

    @Override
    public Reindexed reindex(LongConsumer progress) {
        AdminService.Reindexed result = service.reindex(progress);
        return new Reindexed(result.manifests(), result.added(), result.dropped());
    }

    @Override
    public Map<String, Usage> usage(@Nullable Tenant tenant, LongConsumer progress) {
        Map<String, Usage> usage = new LinkedHashMap<>();
        service.usage(tenant, progress)
                .forEach((name, had) -> usage.put(
                        name, new Usage(had.artefacts(), had.scanManifests(), had.storedBytes(), had.rawBytes())));
        return usage;
    }

    @Override
    public long fsck(@Nullable Tenant tenant, LongConsumer progress, Consumer<Problem> problems) {
        return service.fsck(tenant, progress, problem -> problems.accept(new Problem(problem.name(), problem.what())));
    }

    @Override
    public void close() {}
}
