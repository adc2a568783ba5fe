package io.surfacefs.access;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, as an edge found it out. Immutable.
 *
 * @param subject a name for logs; never a secret
 * @param tenants the names of the tenants that the caller may act for, as the token says them, which may be none; null
 *     for every tenant that this instance serves
 * @param rights what the caller may do with them
 */
public record Caller(String subject, @Nullable Set<String> tenants, Set<Right> rights) {
    /** Whoever reaches the loopback address, or runs the command line on this machine. */
    public static final Caller LOCAL = new Caller("local", null, Set.of(Right.values()));

    public Caller {
        tenants = tenants == null ? null : Set.copyOf(tenants);
        rights = Set.copyOf(rights);
    }
}
