package io.surfacefs.grpc;

/**
 * Nobody waits for the answer any more: the call was cancelled, or its reader stalled. Ends the work, and is nobody's
 * fault.
 */
final class CallGone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CallGone(String why) {
        super(why, null, false, false);
    }
}
