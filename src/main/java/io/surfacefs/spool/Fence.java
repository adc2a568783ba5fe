package io.surfacefs.spool;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.IOException;

/**
 * Who changes the spool's folder right now, so that it is not given up under them: once closed it lets nobody in, and
 * the last one inside gives the folder up. Thread-safe; nobody waits.
 */
final class Fence {
    /** A change of the folder. */
    interface Work<T> {
        T run() throws IOException;
    }

    /** Gives the folder up. */
    interface Leave {
        void run() throws IOException;
    }

    private final Gate gate;
    private final Leave leave;
    private int inside;
    private boolean closed;

    Fence(Gate gate, Leave leave) {
        this.gate = gate;
        this.leave = leave;
    }

    /**
     * Changes something.
     *
     * @throws SurfaceException {@code STORE_UNAVAILABLE} when the folder is given up: nothing was changed
     */
    <T> T inside(Work<T> work) throws IOException {
        gate.lock();
        try {
            if (closed) {
                throw new SurfaceException(
                        ErrorCode.STORE_UNAVAILABLE, "the server is stopping", "try another replica");
            }
            inside++;
        } finally {
            gate.unlock();
        }
        try {
            return work.run();
        } finally {
            if (isLast(false)) {
                leave.run();
            }
        }
    }

    /** Lets nobody in any more. The folder is given up now, or by who is the last inside. */
    void close() throws IOException {
        if (isLast(true)) {
            leave.run();
        }
    }

    private boolean isLast(boolean closing) {
        gate.lock();
        try {
            closed |= closing;
            inside -= closing ? 0 : 1;
            return closed && inside == 0;
        } finally {
            gate.unlock();
        }
    }
}
