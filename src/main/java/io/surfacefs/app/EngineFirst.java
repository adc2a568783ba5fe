package io.surfacefs.app;

import io.quarkus.vertx.VertxOptionsCustomizer;
import io.vertx.core.VertxOptions;
import jakarta.inject.Singleton;

/**
 * Opens the engine before there is an event loop: the gRPC server asks for its beans on one, and a store that is slow
 * to answer at the start would hold it.
 */
@Singleton
public class EngineFirst implements VertxOptionsCustomizer {
    private final Engine engine;

    EngineFirst(Engine engine) {
        this.engine = engine;
    }

    @Override
    public void accept(VertxOptions options) {
        engine.owner();
    }
}
