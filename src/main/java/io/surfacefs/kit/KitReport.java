package io.surfacefs.kit;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a kit that was imported or verified.
 *
 * @param version of the kit; 0 without an index
 * @param entries that it has
 * @param good entries that are as they should be: imported, or verified
 * @param known how many of them were there already
 * @param differing how many of those have another manifest here, which stays
 * @param bytes of the files of good entries
 * @param bad how many things were put aside
 * @param problems those, the first {@value #MAX_PROBLEMS}
 * @param signedBy who signed the index, null where nobody looked or nobody did
 * @param warnings what should be known besides
 * @param aside the folder where entries that didn't come in were put; null where none was
 * @param seconds it took
 */
public record KitReport(
        long version,
        long entries,
        long good,
        long known,
        long differing,
        long bytes,
        long bad,
        List<KitProblem> problems,
        @Nullable String signedBy,
        List<String> warnings,
        @Nullable Path aside,
        double seconds) {
    /** Problems that are told one by one. */
    public static final int MAX_PROBLEMS = 10_000;

    public KitReport {
        problems = List.copyOf(problems);
        warnings = List.copyOf(warnings);
    }
}
