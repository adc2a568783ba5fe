package io.surfacefs.client;

import io.surfacefs.app.Engine;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.config.TestSettings;
import io.surfacefs.ops.Events;
import io.surfacefs.store.fs.FolderStore;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The client of the engine in this process. */
class LocalClientTest extends SurfaceClientContract {
    @TempDir
    Path folder;

    private Engine engine;
    private SurfaceClient client;

    @BeforeEach
    void open() {
        SurfaceConfig config =
                TestSettings.of(Map.of("surface.home", folder.toString(), "surface.retention.delete", "any"));
        engine = Engine.open(config, FolderStore.Hold.OWNER, Events.NONE);
        client = new LocalClient(engine.access(), engine.artefacts(), engine.scans(), engine.admin());
    }

    @AfterEach
    void close() {
        client.close();
        engine.close();
    }

    @Override
    SurfaceClient client() {
        return client;
    }
}
