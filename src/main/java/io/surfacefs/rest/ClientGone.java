package io.surfacefs.rest;

import java.io.IOException;

/** The other end went away, or stopped taking part: nobody is left to be told, and nothing is wrong here. */
final class ClientGone extends IOException {
    private static final long serialVersionUID = 1L;

    ClientGone(String message) {
        super(message);
    }
}
