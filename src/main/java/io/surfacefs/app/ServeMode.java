package io.surfacefs.app;

import jakarta.inject.Singleton;

/** Whether this process serves, or runs one command and ends. */
@Singleton
public class ServeMode {
    private static volatile boolean serves = true;

    /** Said by the start of the program, before the container starts. */
    static void command() {
        serves = false;
    }

    /** Whether ports open, checks run and schedules tick. */
    public boolean serving() {
        return serves;
    }
}
