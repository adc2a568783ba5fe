package io.surfacefs.codec;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The threads on which zstd and SHA-256 run: native and long computations would hold a virtual thread's carrier. A
 * fixed number of daemon platform threads, each with one compressor (210 KiB) and one decompressor (105 KiB) of its own
 * that live as long as it does. Work comes in pieces of one block at a time, in lanes that take turns, so that a
 * thousand readers can't starve an upload. Nobody queues more than a window of a few pieces, hence the queue is bounded
 * by the number of running requests. Safe for any number of threads.
 */
public final class CodecPool implements AutoCloseable {
    /** How long a caller waits for a piece of work or for a streaming decoder, where nothing else was said. */
    public static final Duration DEFAULT_MAX_WAIT = Duration.ofSeconds(10);

    /** Streaming decoders for each thread, where nothing else was said. */
    public static final int DECODERS_PER_THREAD = 4;

    /** Open readers without a seek table for each thread; each may keep a block of 256 KiB for a client that stalls. */
    static final int STREAMS_PER_THREAD = 64;

    private static final int KEPT_BLOCKS_PER_THREAD = 8;
    private static final long CLOSE_WAIT_MILLIS = 5_000;

    /** What a piece of work is for. Lanes with work take turns, so each gets its share whatever waits in another. */
    enum Lane {
        /** Bytes on their way in. */
        UPLOAD,
        /** Bytes on their way out. */
        READ,
        /** Checks that nobody waits for at once. */
        CHECK
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Map<Lane, ArrayDeque<PoolTask<?>>> lanes = new EnumMap<>(Lane.class);
    private final Queue<ArrayDeque<PoolTask<?>>> turns = new ArrayDeque<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Semaphore decoders;
    private final Semaphore streams;
    private final Duration maxWait;
    private final Queue<byte[]> blocks;
    private final ArrayBlockingQueue<CodecContexts> inlineContexts;
    private final AtomicInteger openDecoders = new AtomicInteger();
    private boolean closed;

    /**
     * Starts the threads.
     *
     * @param threads number of threads, usually one for each core
     */
    public CodecPool(int threads) {
        this(threads, threads * DECODERS_PER_THREAD, DEFAULT_MAX_WAIT);
    }

    /**
     * Starts the threads.
     *
     * @param threads number of threads, usually one for each core
     * @param streamDecoders most streaming decoders for readers at a time, each with a window of up to 8 MiB
     * @param maxWait longest wait for one piece of work or for a streaming decoder, then {@code OVERLOADED}
     */
    public CodecPool(int threads, int streamDecoders, Duration maxWait) {
        if (threads < 1 || streamDecoders < 1) {
            throw new IllegalArgumentException("a pool needs a thread and a decoder");
        }
        this.decoders = new Semaphore(streamDecoders, true);
        this.streams = new Semaphore(threads * STREAMS_PER_THREAD, true);
        this.maxWait = maxWait;
        this.blocks = new ArrayBlockingQueue<>(threads * KEPT_BLOCKS_PER_THREAD);
        this.inlineContexts = new ArrayBlockingQueue<>(threads);
        for (Lane lane : Lane.values()) {
            ArrayDeque<PoolTask<?>> tasks = new ArrayDeque<>();
            lanes.put(lane, tasks);
            turns.add(tasks);
        }
        for (int i = 0; i < threads; i++) {
            inlineContexts.add(new CodecContexts());
            Thread thread = Thread.ofPlatform().daemon().name("codec-" + i).unstarted(this::runTasks);
            this.threads.add(thread);
        }
        this.threads.forEach(Thread::start);
    }

    /** {@return the number of threads} */
    public int threads() {
        return threads.size();
    }

    /** Queues a piece of work, behind what its lane holds. */
    <T> PoolTask<T> submit(Lane lane, PoolTask.Work<T> body) {
        PoolTask<T> task = new PoolTask<>(body);
        lock.lock();
        try {
            if (closed) {
                throw new SurfaceException(ErrorCode.OVERLOADED, "the service is stopping");
            }
            Objects.requireNonNull(lanes.get(lane)).add(task);
            work.signal();
        } finally {
            lock.unlock();
        }
        return task;
    }

    /** Queues a piece of work and waits for it. */
    <T> T call(Lane lane, PoolTask.Work<T> body) {
        PoolTask<T> task = submit(lane, body);
        try {
            return task.await(maxWait);
        } finally {
            task.cancel();
        }
    }

    /**
     * Runs a piece of work of at most some 50 µs on the calling thread, where the way to a thread of the pool and back
     * would cost more than the work. Not more at a time than the pool has threads: one beyond that is queued.
     */
    <T> T callInline(Lane lane, PoolTask.Work<T> body) {
        CodecContexts contexts = inlineContexts.poll();
        if (contexts == null) {
            return call(lane, body);
        }
        try {
            return PoolTask.runNow(body, contexts);
        } finally {
            boolean kept;
            lock.lock();
            try {
                kept = !closed && inlineContexts.offer(contexts);
            } finally {
                lock.unlock();
            }
            if (!kept) {
                contexts.close();
            }
        }
    }

    /** {@return the longest wait for one piece of work} */
    Duration maxWait() {
        return maxWait;
    }

    /**
     * Takes the right to hold one streaming decoder; {@link #releaseDecoder} gives it back.
     *
     * @throws SurfaceException {@code OVERLOADED} when none came free in time
     */
    void acquireDecoder() {
        acquire(decoders);
    }

    private void acquire(Semaphore bound) {
        boolean got;
        try {
            got = bound.tryAcquire(maxWait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw PoolTask.interrupted(e);
        }
        if (!got) {
            throw new SurfaceException(
                    ErrorCode.OVERLOADED,
                    "too many payloads are being decoded at once",
                    "ask for the stored bytes with Accept-Encoding: zstd, or come again later");
        }
    }

    /**
     * Takes the right to hold a reader that can't give its block back, since only decoding from the beginning would
     * bring it again; {@link #releaseStream} gives it back.
     *
     * @throws SurfaceException {@code OVERLOADED} when none came free in time
     */
    void acquireStream() {
        acquire(streams);
    }

    void releaseStream() {
        streams.release();
    }

    void releaseDecoder() {
        decoders.release();
    }

    /**
     * {@return how many streaming decoders hold native memory now, those of uploads and checks included; each up to 8.3
     * MiB}
     */
    public int openDecoders() {
        return openDecoders.get();
    }

    /** Opens a streaming decoder; it must be closed. */
    FrameDecoder openDecoder(ErrorCode fault, FrameListener listener) {
        FrameDecoder decoder = new FrameDecoder(fault, listener, openDecoders::decrementAndGet);
        openDecoders.incrementAndGet();
        return decoder;
    }

    /** {@return an array of {@link ZstdFrames#BLOCK_ARRAY} bytes, its content whatever it was last used for} */
    byte[] takeBlock() {
        byte[] block = blocks.poll();
        return block != null ? block : new byte[ZstdFrames.BLOCK_ARRAY];
    }

    /**
     * Takes an array that nobody uses any more, for {@link #takeBlock}; arrays of other sizes are left to the
     * collector.
     */
    void recycle(byte[] block) {
        if (block.length == ZstdFrames.BLOCK_ARRAY) {
            blocks.offer(block);
        }
    }

    private void runTasks() {
        try (CodecContexts contexts = new CodecContexts()) {
            PoolTask<?> task = next();
            while (task != null) {
                task.run(contexts);
                task = next();
            }
        }
    }

    private @Nullable PoolTask<?> next() {
        lock.lock();
        try {
            while (true) {
                for (int i = 0; i < lanes.size(); i++) {
                    ArrayDeque<PoolTask<?>> tasks = turns.remove();
                    turns.add(tasks);
                    PoolTask<?> task = tasks.poll();
                    if (task != null) {
                        return task;
                    }
                }
                if (closed) {
                    return null;
                }
                work.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Finishes what is queued, then ends the threads; waits for them up to 5 s. Work that comes later is refused. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            work.signalAll();
        } finally {
            lock.unlock();
        }
        CodecContexts contexts;
        while ((contexts = inlineContexts.poll()) != null) {
            contexts.close();
        }
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_WAIT_MILLIS);
        try {
            for (Thread thread : threads) {
                thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
