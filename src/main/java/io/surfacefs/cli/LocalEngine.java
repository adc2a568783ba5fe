package io.surfacefs.cli;

import io.surfacefs.client.CacheAdmin;
import io.surfacefs.client.SurfaceAdmin;
import io.surfacefs.client.SurfaceClient;
import java.nio.file.Path;
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
        /** As {@link #PUT}, but for itself where no server runs: many puts are made durable by the group then. */
        BULK,
        /** For itself, or be refused. */
        ALONE,
        /** Not at all, but its local cache, for itself. */
        CACHE
    }

    /** What a command does with the engine. */
    @FunctionalInterface
    interface Work {
        /** @return the exit code */
        int run(Services services) throws Exception;
    }

    /** The engine's services, while a command runs: those that it asked for by its hold. */
    interface Services {
        /** Artefacts and scans. */
        default SurfaceClient client() {
            throw new IllegalStateException("this was not asked for");
        }

        /** The operator's work. */
        default SurfaceAdmin admin() {
            throw new IllegalStateException("this was not asked for");
        }

        /** The local cache. */
        default CacheAdmin cacheAdmin() {
            throw new IllegalStateException("this was not asked for");
        }

        /** The spool folder; nothing is opened before something is asked of it. */
        default LocalSpool spool() {
            throw new IllegalStateException("this was not asked for");
        }

        /** Runs the start-up checks. */
        default List<Check> checks() {
            throw new IllegalStateException("this was not asked for");
        }

        /** What commands need to know of the configuration. */
        default Facts facts() {
            throw new IllegalStateException("this was not asked for");
        }

        /** The effective {@code surface.*} configuration, by name; secrets are never values of properties. */
        default List<Setting> settings() {
            throw new IllegalStateException("this was not asked for");
        }
    }

    /**
     * What a start-up check found.
     *
     * @param severity {@code ok}, {@code warning} or {@code error}
     */
    record Check(String code, String severity, String message, String hint) {}

    /**
     * What commands need to know of the configuration.
     *
     * @param home where the program keeps what is its own
     * @param scanManifestBytes the longest scan manifest that is taken
     */
    record Facts(Path home, long scanManifestBytes) {}

    /**
     * A property.
     *
     * @param source where its value comes from, null where that is its default
     */
    record Setting(
            String name, @Nullable String value, @Nullable String source) {}

    /**
     * Where the configuration says that keys are.
     *
     * @param signingKey the private key, or null for none
     * @param keyId what it is called, null for its file's name
     * @param trust a folder of public keys, or null for none
     * @param verify {@code off}, {@code warn} or {@code require}
     */
    record Keys(
            @Nullable Path signingKey,
            @Nullable String keyId,
            @Nullable Path trust,
            String verify) {
        /** None. */
        public static final Keys NONE = new Keys(null, null, null, "off");
    }

    /**
     * The keys of the configuration.
     *
     * @throws RefusedException when it can't be read
     */
    default Keys keys() throws RefusedException {
        return Keys.NONE;
    }

    /**
     * A folder that is one bucket, with the layout of a store below {@code scanner/surface/}.
     *
     * @param bucket what the bucket is called
     */
    record CasRoot(Path folder, String bucket) {
        /** Of every name in the folder. */
        public static final String PREFIX = "scanner/surface";
    }

    /**
     * As {@link #run} with {@link Hold#PUT}, on a CAS root instead of the configuration's store.
     *
     * @return the work's exit code
     * @throws RefusedException when the configuration or the state of the folder forbids it
     */
    default int runOn(CasRoot root, Work work) throws Exception {
        throw new IllegalStateException("there are no CAS roots here");
    }

    /**
     * Opens the engine, lets the work run and closes the engine.
     *
     * @return the work's exit code
     * @throws RefusedException when the configuration or the state of the store forbids it
     */
    int run(Hold hold, Work work) throws Exception;
}
