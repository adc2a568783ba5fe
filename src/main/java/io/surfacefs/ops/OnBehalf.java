package io.surfacefs.ops;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The caller for whom a thread works and who waits for it, as the {@code Authorization} field by which it said who it
 * is: a store that has such callers itself may be asked in that one's name. Nothing is kept where
 * {@code surface.upstream.forward-token} is off. The value is a secret and belongs in no message.
 */
public final class OnBehalf {
    private static final ThreadLocal<@Nullable String> CALLER = new ThreadLocal<>();

    private OnBehalf() {}

    /** Says for whom this thread works from now on, until its end: for threads that live for one call. */
    public static void of(@Nullable String authorization) {
        set(authorization);
    }

    /** The field of the caller; empty for work that nobody waits for. */
    public static Optional<String> authorization() {
        return Optional.ofNullable(CALLER.get());
    }

    /** Does work in the name of nobody but this instance. */
    public static <T extends @Nullable Object> T nobody(Supplier<T> work) {
        String before = CALLER.get();
        set(null);
        try {
            return work.get();
        } finally {
            set(before);
        }
    }

    /** Threads that work for the caller of whoever hands the work over, and in its trace, while they do it. */
    public static Executor carrying(Executor threads) {
        return work -> {
            String caller = CALLER.get();
            Trace.Origin origin = Trace.current();
            threads.execute(caller == null && origin == null ? work : () -> run(work, caller, origin));
        };
    }

    private static void run(Runnable work, @Nullable String caller, Trace.@Nullable Origin origin) {
        String callerBefore = CALLER.get();
        Trace.Origin originBefore = Trace.current();
        set(caller);
        Trace.enter(origin);
        try {
            work.run();
        } finally {
            set(callerBefore);
            Trace.enter(originBefore);
        }
    }

    private static void set(@Nullable String authorization) {
        if (authorization == null) {
            CALLER.remove();
        } else {
            CALLER.set(authorization);
        }
    }
}
