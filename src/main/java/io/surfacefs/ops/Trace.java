package io.surfacefs.ops;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;
import io.surfacefs.model.Tenant;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The trace in which a thread works: names it in log lines, hands it on to an upstream, and hangs spans on it where
 * tracing is on. While it is off a span costs one look at a field, and nothing is allocated. Thread-safe; what a thread
 * works in is its own.
 */
public final class Trace {
    /**
     * Where a request came from.
     *
     * @param id of the trace, 32 hex characters
     * @param fields what to send along to whoever is asked for this request: {@code traceparent}, {@code tracestate}
     * @param parent on which spans are to hang; whoever made it knows what it is; null for none
     */
    public record Origin(
            String id, Map<String, String> fields, @Nullable Object parent) {}

    /** A piece of work that is being timed. Ended once, by the thread that began it. */
    public interface Span extends AutoCloseable {
        /** Whose artefact it is about. */
        default void about(ArtefactKey key) {}

        /** Which tier answered; the last word counts. */
        default void tier(Events.Tier tier) {}

        /** What is asked of a store. */
        default void op(String op) {}

        /** How it ended: {@code ok}, or an error code in lower case. */
        default void outcome(String outcome) {}

        @Override
        default void close() {}
    }

    /** Makes spans. */
    public interface Spans {
        /**
         * Begins a span.
         *
         * @param parent where the thread works now; null where nobody knows
         * @param startNanos {@link System#nanoTime} of its begin
         */
        Recorded begin(String name, @Nullable Origin parent, long startNanos);

        /** Where a request comes from, as spans can hang on it. */
        Origin origin(Origin sent);
    }

    /** A span, and the place that it gives to those below it. */
    public interface Recorded {
        Origin origin();

        /** An attribute. */
        void set(String name, String value);

        void end();
    }

    /** Names of the contract. */
    public static final String PUT = "surface.fs.put";

    public static final String GET = "surface.fs.get";
    public static final String CACHE = "surface.fs.cache";
    /** One attempt of a call to a store that is far away. */
    public static final String STORE = "surface.fs.store";

    private static final String TRACEPARENT = "traceparent";
    private static final String TRACESTATE = "tracestate";
    private static final Pattern STATE = Pattern.compile("[\\x20-\\x7e]{1,512}");
    private static final String TIER = "surface.cache.tier";
    private static final String OUTCOME = "surface.outcome";
    private static final Span NONE = new Span() {};
    private static final ThreadLocal<@Nullable Origin> ORIGIN = new ThreadLocal<>();
    private static final ThreadLocal<@Nullable Live> SPAN = new ThreadLocal<>();
    private static volatile @Nullable Spans spans;

    private Trace() {}

    /** Switches spans on for this process, or off by null. */
    public static void to(@Nullable Spans maker) {
        spans = maker;
    }

    /** Whether spans are made. */
    public static boolean on() {
        return spans != null;
    }

    /**
     * Where a request comes from.
     *
     * @param traceparent the field, or null; a malformed one counts as none
     * @param tracestate the field, or null
     */
    public static Origin incoming(@Nullable String traceparent, @Nullable String tracestate) {
        Map<String, String> fields = Map.of();
        String parent = traceparent == null ? "" : traceparent.strip();
        if (TraceId.isLawful(parent)) {
            fields = tracestate != null && STATE.matcher(tracestate).matches()
                    ? Map.of(TRACEPARENT, parent, TRACESTATE, tracestate)
                    : Map.of(TRACEPARENT, parent);
        }
        Spans maker = spans;
        Origin plain = new Origin(TraceId.of(parent), fields, null);
        return maker == null ? plain : maker.origin(plain);
    }

    /** Says where this thread works from now on, until its end or the next word: for threads that live for one call. */
    public static void enter(@Nullable Origin origin) {
        if (origin == null) {
            ORIGIN.remove();
        } else {
            ORIGIN.set(origin);
        }
    }

    /** Where this thread works; null for work that no request is waiting for. */
    public static @Nullable Origin current() {
        return ORIGIN.get();
    }

    /** The id of the trace that this thread works in, or null. */
    static @Nullable String id() {
        Origin origin = ORIGIN.get();
        return origin == null ? null : origin.id();
    }

    /** Begins a span below where this thread works, which works in it until it is closed. */
    public static Span begin(String name) {
        Spans maker = spans;
        return maker == null ? NONE : new Live(maker.begin(name, ORIGIN.get(), System.nanoTime()));
    }

    /** As the other, about something of a tenant. */
    public static Span begin(String name, Tenant tenant, @Nullable Kind kind, @Nullable Digest digest) {
        Span span = begin(name);
        if (span instanceof Live live) {
            live.about(tenant, kind, digest);
        }
        return span;
    }

    /** As the other, about an artefact. */
    public static Span begin(String name, ArtefactKey key) {
        return begin(name, key.tenant(), key.kind(), key.digest());
    }

    /** Says, to the lookup in which this thread works, that it was answered here. */
    public static void answeredBy(Events.Tier tier) {
        Live live = SPAN.get();
        if (live != null) {
            live.tier(tier);
        }
    }

    /**
     * Tells of a read that memory answered, after it.
     *
     * @param startNanos {@link System#nanoTime} of its begin
     */
    public static void hot(ArtefactKey key, long startNanos) {
        Spans maker = spans;
        if (maker != null) {
            Recorded get = maker.begin(GET, ORIGIN.get(), startNanos);
            Recorded cache = maker.begin(CACHE, get.origin(), startNanos);
            for (Recorded one : new Recorded[] {cache, get}) {
                describe(one, key.tenant(), key.kind(), key.digest());
                one.set(TIER, "memory");
                one.set(OUTCOME, "ok");
                one.end();
            }
        }
    }

    private static void describe(Recorded span, Tenant tenant, @Nullable Kind kind, @Nullable Digest digest) {
        span.set("surface.tenant", tenant.value());
        if (kind != null) {
            span.set("surface.kind", kind.value());
        }
        if (digest != null) {
            span.set("surface.digest", digest.toString());
        }
    }

    /** A span that is recorded, and what was before it on this thread. */
    private static final class Live implements Span {
        private final Recorded recorded;
        private final @Nullable Origin before = ORIGIN.get();
        private final @Nullable Live outer = SPAN.get();

        Live(Recorded recorded) {
            this.recorded = recorded;
            ORIGIN.set(recorded.origin());
            SPAN.set(this);
        }

        void about(Tenant tenant, @Nullable Kind kind, @Nullable Digest digest) {
            describe(recorded, tenant, kind, digest);
        }

        @Override
        public void about(ArtefactKey key) {
            about(key.tenant(), key.kind(), key.digest());
        }

        @Override
        public void tier(Events.Tier tier) {
            String name = tier.name().toLowerCase(Locale.ROOT);
            recorded.set(TIER, name);
            if (outer != null) {
                outer.recorded.set(TIER, name); // the read to which the lookup belongs
            }
        }

        @Override
        public void op(String op) {
            recorded.set("surface.store.op", op);
        }

        @Override
        public void outcome(String outcome) {
            recorded.set(OUTCOME, outcome);
        }

        @Override
        public void close() {
            enter(before);
            if (outer == null) {
                SPAN.remove();
            } else {
                SPAN.set(outer);
            }
            recorded.end();
        }
    }
}
