package io.surfacefs.app;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What differs where the program runs as a native image. */
final class NativeImage {
    private NativeImage() {}

    /** {@return whether this is a native image, running} */
    static boolean running() {
        return "runtime".equals(System.getProperty("org.graalvm.nativeimage.imagecode"));
    }

    /**
     * Gives back what the start used, a second later, so that it delays no first answer: an idle image would keep some
     * 15 MiB of garbage for ever, since nothing makes it collect.
     */
    static void tidyUpSoon() {
        if (running()) {
            CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS).execute(System::gc);
        }
    }
}
