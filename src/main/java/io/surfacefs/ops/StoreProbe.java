package io.surfacefs.ops;

/** One cheap look at whether the store can be used now. May block for as long as the medium does; thread-safe. */
@FunctionalInterface
public interface StoreProbe {
    /**
     * Looks.
     *
     * @throws io.surfacefs.model.SurfaceException when the store can't be asked; what is merely full can be
     */
    void look();

    /** Whether the service does its work, or the most of it, also while the store can't be asked. */
    default boolean mayBeOut() {
        return false;
    }
}
