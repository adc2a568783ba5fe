package io.surfacefs.cli;

import io.surfacefs.app.CasFolder;
import io.surfacefs.app.Engine;
import io.surfacefs.client.LocalClient;
import io.surfacefs.client.SurfaceAdmin;
import io.surfacefs.client.SurfaceClient;
import io.surfacefs.config.TestSettings;
import io.surfacefs.ops.Events;
import io.surfacefs.store.fs.FolderStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An engine on a folder for the commands of a test; the operator's work is whatever the test says. */
final class TestEngine implements LocalEngine {
    private final Path home;
    private final SurfaceAdmin admin;

    /** What the configuration has for {@code surface.metrics.prefix}. */
    String metricsPrefix = "";

    /** What was asked for, in order. */
    final List<Hold> holds = new ArrayList<>();

    TestEngine(Path home, SurfaceAdmin admin) {
        this.home = home;
        this.admin = admin;
    }

    @Override
    public int runOn(CasRoot root, Work work) throws Exception {
        try (CasFolder folder = CasFolder.open(root.folder(), root.bucket(), CasRoot.PREFIX);
                Engine engine = Engine.openFolder(TestSettings.of(Map.of()), folder.place(), Events.NONE)) {
            return work.run(new Services() {
                @Override
                public SurfaceClient client() {
                    return new LocalClient(engine.access(), engine.artefacts(), engine.scans(), engine.admin());
                }
            });
        }
    }

    @Override
    public int run(Hold hold, Work work) throws Exception {
        holds.add(hold);
        try (Engine engine = Engine.open(
                TestSettings.of(Map.of("surface.home", home.toString(), "surface.retention.delete", "any")),
                FolderStore.Hold.OWNER,
                Events.NONE)) {
            return work.run(new Services() {
                @Override
                public SurfaceClient client() {
                    return new LocalClient(engine.access(), engine.artefacts(), engine.scans(), engine.admin());
                }

                @Override
                public SurfaceAdmin admin() {
                    return admin;
                }

                @Override
                public List<Check> checks() {
                    return List.of(
                            new Check("A", "ok", "fine", ""), new Check("B", "warning", "not so fine", "look at it"));
                }

                @Override
                public Facts facts() {
                    return new Facts(home, 3 << 20);
                }

                @Override
                public List<Setting> settings() {
                    return List.of(
                            new Setting("surface.home", home.toString(), "environment"),
                            new Setting("surface.tenant", null, null),
                            new Setting("surface.metrics.prefix", metricsPrefix, null));
                }
            });
        }
    }
}
