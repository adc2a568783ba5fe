package io.surfacefs.store.upstream;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.StoredPayload;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.FetchedBytes;
import io.surfacefs.store.StoreFault;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The stored bytes of one object, asked for as they are read: a piece where somebody reads here and there, larger ones
 * and then all the rest of what was announced, or of the object, where he reads on in order and fast. So a slow reader
 * never has more than a piece on its way. Who stalls is taken his call away and given a new one when he comes back.
 * Every call must speak of the same stored bytes. Memory: the part it was opened with, at most 256 KiB, until that was
 * passed; the last 16 KiB, where seek tables stand, once read; and for a reader who reads a message and what the
 * network holds ahead.
 */
final class UpstreamBytes<A> extends FetchedBytes {
    private static final int PIECE = 64 << 10;

    /**
     * The first piece for who reads on in order; each next one is twice as long, up to the longest, and then the rest.
     */
    private static final int FIRST = 256 << 10;

    private static final int LONGEST = 2 << 20;

    /** From so many bytes a second on a reader is fast. */
    private static final long FAST = 1 << 20;

    private final Question<A> question;
    private final UpstreamSettings.Limits limits;
    private final Stalled stalled;
    private final StoredPayload facts;
    private volatile @Nullable Answer<A> answer;
    private long answerAt;
    private long lastEnd;
    private long askedAt;
    private int piece = FIRST;
    private volatile long lastRead = System.nanoTime();

    /** @param start the object's first bytes, as many as are known */
    UpstreamBytes(
            Question<A> question, UpstreamSettings.Limits limits, Stalled stalled, StoredPayload facts, byte[] start) {
        super(facts.storedSize(), start);
        this.question = question;
        this.limits = limits;
        this.stalled = stalled;
        this.facts = facts;
        this.lastEnd = start.length;
    }

    @Override
    public int read(long position, byte[] target, int offset, int length) throws IOException {
        try {
            return super.read(position, target, offset, length);
        } finally {
            lastRead = System.nanoTime();
        }
    }

    @Override
    protected int fetch(long position, byte[] target, int offset, int length) {
        Answer<A> open = answer;
        if (open == null || answerAt != position) {
            abandon();
            if (isInTail(position) && position != lastEnd) {
                return keepTail(tail(), position, target, offset, length);
            }
            open = ask(position, endFor(position, length));
            passStart();
            answer = open;
            answerAt = position;
            askedAt = System.nanoTime();
            stalled.watch(this);
        }
        boolean done = false;
        try {
            int n = open.read(target, offset, length);
            answerAt += n;
            lastEnd = answerAt;
            done = true;
            return n;
        } finally {
            if (!done || open.left() == 0) {
                abandon();
                grow(done);
            }
        }
    }

    /** Lets the next piece be longer, or not. */
    private void grow(boolean whole) {
        boolean fast = whole && System.nanoTime() - askedAt < piece * TimeUnit.SECONDS.toNanos(1) / FAST;
        piece = fast ? Math.min(piece, LONGEST) * 2 : FIRST;
    }

    /** Up to where to ask. */
    private long endFor(long position, int length) {
        long end = announced(position) ? announcedTo() : size();
        if (position != lastEnd) {
            piece = FIRST;
            end = announced(position) ? end : Math.min(end, position + Math.max(length, PIECE));
        }
        return piece > LONGEST ? end : Math.min(end, position + piece);
    }

    private byte[] tail() {
        try (Answer<A> asked = ask(tailFrom(), size())) {
            return all(asked);
        }
    }

    static byte[] all(Answer<?> answer) {
        byte[] bytes = new byte[Math.toIntExact(answer.left())];
        for (int at = 0; at < bytes.length; ) {
            at += answer.read(bytes, at, bytes.length - at);
        }
        return bytes;
    }

    private Answer<A> ask(long from, long to) {
        Answer<A> asked;
        try {
            asked = Answer.to(question, limits, from, to - from);
        } catch (SurfaceException e) {
            throw e.code() == ErrorCode.NOT_FOUND ? new StoreFault(StoreFault.Reason.CHANGED, null, e) : e;
        }
        if (!asked.facts().storedDigest().equals(facts.storedDigest())
                || asked.facts().storedSize() != facts.storedSize()) {
            asked.close();
            throw new StoreFault(StoreFault.Reason.CHANGED, null, null);
        }
        return asked;
    }

    @Override
    protected void abandon() {
        Answer<A> open = answer;
        answer = null;
        if (open != null) {
            stalled.forget(this);
            open.close();
        }
    }

    /** Gives the call up if nobody has read for so long. */
    void park(long nanos) {
        if (System.nanoTime() - lastRead > nanos) {
            unlessRead(() -> {
                abandon();
                piece = FIRST;
            });
        }
    }

    @Override
    protected void wake() {
        Answer<A> open = answer;
        if (open != null) {
            open.close();
        }
    }
}
