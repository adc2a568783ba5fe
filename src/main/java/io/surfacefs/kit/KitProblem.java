package io.surfacefs.kit;

/**
 * Something of a kit that was put aside.
 *
 * @param path of the file in the kit; of an entry its manifest's
 * @param message why
 */
public record KitProblem(String path, KitFault fault, String message) {
    /** What is told of an entry that is not as it should be. */
    static KitProblem of(KitEntry entry, KitException why) {
        return new KitProblem(entry.manifestPath(), why.fault(), String.valueOf(why.getMessage()));
    }
}
