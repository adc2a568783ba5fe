package io.surfacefs.app;

import io.surfacefs.cli.LocalSpool;
import io.surfacefs.cli.RefusedException;
import io.surfacefs.config.Finding;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.spool.SpoolWork;
import io.surfacefs.store.FolderOwnedException;
import io.surfacefs.store.fs.RealDisk;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The spool folder of the configuration, for the command line. */
record SpoolFiles(SurfaceConfig config) implements LocalSpool {
    private interface Work {
        void on(SpoolWork spool) throws IOException;
    }

    @Override
    public void list(Consumer<Item> item) throws IOException {
        try {
            SpoolWork.list(config.spoolRoot(), found -> item.accept(shown(found)));
        } catch (NoSuchFileException e) {
            throw noSpool();
        }
    }

    @Override
    public void retry(Predicate<Item> wanted, Consumer<Item> done) throws IOException, RefusedException {
        alone(spool -> spool.retry(i -> wanted.test(shown(i)), i -> done.accept(shown(i))));
    }

    @Override
    public void export(Path target, Predicate<Item> wanted, Consumer<Item> done, Consumer<Item> damaged)
            throws IOException, RefusedException {
        alone(spool -> spool.export(
                target, i -> wanted.test(shown(i)), i -> done.accept(shown(i)), i -> damaged.accept(shown(i))));
    }

    @Override
    public void drop(Predicate<Item> wanted, Consumer<Item> done) throws IOException, RefusedException {
        alone(spool -> spool.drop(i -> wanted.test(shown(i)), i -> done.accept(shown(i))));
    }

    private void alone(Work work) throws IOException, RefusedException {
        try (RealDisk disk = new RealDisk(1);
                SpoolWork spool = SpoolWork.open(config.spoolRoot(), disk)) {
            work.on(spool);
        } catch (FolderOwnedException e) {
            throw new RefusedException(List.of(Finding.error(
                            "SURFACE_CACHE_OWNED",
                            "a server runs on this spool: " + e.getMessage(),
                            "stop it first; 'surface-fs spool ls' works beside it")
                    .line()));
        } catch (NoSuchFileException e) {
            if ("there is no spool".equals(e.getReason())) {
                throw noSpool();
            }
            throw e;
        }
    }

    private SurfaceException noSpool() {
        return new SurfaceException(
                ErrorCode.NOT_FOUND,
                "there is no spool in " + config.spoolRoot(),
                "set SURFACE_HOME or surface.spool.root to what the server has");
    }

    private static Item shown(SpoolWork.Item item) {
        return new Item(
                item.key(), item.what(), item.rejected(), item.put(), item.bytes(), item.code(), item.message());
    }
}
