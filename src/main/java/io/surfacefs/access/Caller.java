package io.surfacefs.access;

/**
 * Who asks, as an edge found it out.
 *
 * @param subject a name for logs; never a secret
 */
public record Caller(String subject) {
    /** Whoever reaches the loopback address, or runs the command line on this machine. */
    public static final Caller LOCAL = new Caller("local");
}
