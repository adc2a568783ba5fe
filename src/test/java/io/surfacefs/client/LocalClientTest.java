package io.surfacefs.client;

import io.surfacefs.app.Engine;
import io.surfacefs.config.SurfaceConfig;
import io.surfacefs.ops.Events;
import io.surfacefs.store.fs.FolderStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        Map<String, String> values = Map.of("surface.home", folder.toString(), "surface.retention.delete", "any");
        SurfaceConfig config = SurfaceConfig.read(new SurfaceConfig.Source() {
            @Override
            public Optional<SurfaceConfig.Raw> value(String property) {
                return Optional.ofNullable(values.get(property)).map(text -> new SurfaceConfig.Raw(text, "test"));
            }

            @Override
            public List<String> names() {
                return List.copyOf(values.keySet());
            }

            @Override
            public Map<String, String> environment() {
                return Map.of();
            }
        });
        engine = Engine.open(config, FolderStore.Hold.OWNER, Events.NONE);
        client = new LocalClient(engine.access(), engine.artefacts(), engine.scans());
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
