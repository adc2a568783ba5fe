package io.surfacefs.kit;

/**
 * Something of a kit that was put aside.
 *
 * @param path of the file in the kit; of an entry its manifest's
 * @param message why
 */
public record KitProblem(String path, KitFault fault, String message) {}
