package io.surfacefs.cli;

import io.surfacefs.client.SurfaceAdmin;
import io.surfacefs.client.SurfaceClient;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The engine in this process, as the command line asks for it: wired and started when a command needs it, not before.
 */
public interface LocalEngine {
    /** How a command wants to hold the store. */
    enum Hold {
        /** Not at all: it is about the configuration. */
        NONE,
        /** Beside a server that may run on it; there must be one. */
        READ,
        /** Beside a server that may run on it; made where there is none. */
        PUT,
        /** For itself, or be refused. */
        ALONE
    }

    /** What a command does with the engine. */
    @FunctionalInterface
    interface Work {
        /** @return the exit code */
        int run(Services services) throws Exception;
    }

    /** The engine's services, while a command runs. */
    interface Services {
        /** Artefacts and scans. */
        SurfaceClient client();

        /** The operator's work. */
        SurfaceAdmin admin();

        /** Runs the start-up checks. */
        List<Check> checks();

        /** The effective {@code surface.*} configuration, by name; secrets are never values of properties. */
        List<Setting> settings();
    }

    /**
     * What a start-up check found.
     *
     * @param severity {@code ok}, {@code warning} or {@code error}
     */
    record Check(String code, String severity, String message, String hint) {}

    /**
     * A property.
     *
     * @param source where its value comes from, null where that is its default
     */
    record Setting(
            String name, @Nullable String value, @Nullable String source) {}

    /**
     * Opens the engine, lets the work run and closes the engine.
     *
     * @return the work's exit code
     * @throws RefusedException when the configuration or the state of the store forbids it
     */
    int run(Hold hold, Work work) throws Exception;
}
