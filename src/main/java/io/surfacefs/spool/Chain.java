package io.surfacefs.spool;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The puts of one key that wait, in their order. Guarded by the gate. */
final class Chain {
    final SpoolKey key;
    final Deque<Entry> entries = new ArrayDeque<>();

    /** Whether somebody delivers, prunes or deletes: one at a time. */
    boolean claimed;

    /** Whether it stands in the queue of those that can be delivered. */
    boolean queued;

    /** Whether an artefact of this key was put since the chain began, and not deleted. */
    boolean committed;

    /** Whether a removal is not yet certain while later puts wait, which must not be outlived by what was removed. */
    boolean unsynced;

    /** Tries that failed since the last success. */
    int attempts;

    /** When the next try is due, by the nano clock. */
    long due;

    Chain(SpoolKey key) {
        this.key = key;
    }

    /** The first put, where it is durable; null when there is none to deliver yet. */
    @Nullable Entry head() {
        Entry first = entries.peekFirst();
        return first != null && first.durable ? first : null;
    }

    /** The last durable put, or null. */
    @Nullable Entry last() {
        Entry last = null;
        for (Entry entry : entries) {
            last = entry.durable ? entry : last;
        }
        return last;
    }

    /** A durable put that a later durable one makes needless. */
    @Nullable Entry superseded() {
        Entry head = head();
        if (head == null) {
            return null;
        }
        return entries.stream().anyMatch(e -> e != head && e.durable && e.supersedes(head)) ? head : null;
    }
}
