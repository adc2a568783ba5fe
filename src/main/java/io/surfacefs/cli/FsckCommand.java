package io.surfacefs.cli;

import io.surfacefs.client.SurfaceAdmin;
import io.surfacefs.client.SurfaceClient;
import io.surfacefs.kit.Kit;
import io.surfacefs.kit.KitTrust;
import io.surfacefs.kit.Repair;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.Tenant;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fsck}. */
@Command(
        name = "fsck",
        description = {
            "Read every manifest and verify every payload by decoding it. Changes nothing without --repair-from.",
            "",
            "Prints a line for each artefact that is not whole; exit code 2 when one is left. May run beside a server."
        },
        footer = {
            "  surface-fs fsck",
            "  surface-fs fsck --tenant acme --output json | jq '.problems[].name'",
            "  surface-fs fsck --repair-from /media/stick/kit-7.tar",
            "  surface-fs fsck --repair-from https://other-site.example --token-file token"
        })
final class FsckCommand extends ServiceCommand {
    @Option(names = "--tenant", paramLabel = "T", description = "Only this tenant (default: all).")
    private @Nullable Tenant tenant;

    @Option(
            names = "--repair-from",
            paramLabel = "KIT|URL",
            description = {
                "Put sound copies in the place of what is damaged: from a kit (a folder or a .tar), or from another site,"
                        + " with the token and certificates that are given here.",
                "Their bytes are verified as of any put."
            })
    private @Nullable String repairFrom;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private KitOptions options;

    @Override
    boolean asksElsewhere() {
        return site() != null;
    }

    @Override
    public Integer call() throws Exception {
        String from = repairFrom;
        if (from == null) {
            return withAdmin(LocalEngine.Hold.READ, admin -> check(admin, null));
        }
        if (endpoint() != null) {
            throw wrongUsage("--repair-from mends the store that the configuration names, without --endpoint");
        }
        URI site = site();
        if (site != null) {
            try (SurfaceClient other = client(site)) {
                return repair((wanted, here, progress) -> Repair.fromSite(other, wanted, here, progress));
            }
        }
        KitTrust trust = options.trust(this);
        try (Kit kit = Kit.open(Path.of(from))) {
            return repair((wanted, here, progress) -> Repair.fromKit(kit, trust, wanted, here, progress));
        }
    }

    private @Nullable URI site() {
        String from = repairFrom;
        if (from == null || !from.contains("://")) {
            return null;
        }
        try {
            return URI.create(from);
        } catch (IllegalArgumentException e) {
            throw wrongUsage("--repair-from is a kit, or an address like https://other-site.example");
        }
    }

    /** Where sound copies come from. */
    @FunctionalInterface
    private interface Copies {
        Repair.Result take(Set<ArtefactKey> wanted, SurfaceClient here, LongConsumer progress) throws IOException;
    }

    /** What mends the artefacts that were found damaged. */
    @FunctionalInterface
    private interface Mending {
        Repair.Result mend(Set<ArtefactKey> damaged) throws IOException;
    }

    private int repair(Copies copies) throws Exception {
        return withLocal(
                LocalEngine.Hold.PUT,
                (here, admin) -> check(admin, damaged -> {
                    try (Progress progress = Progress.ofItems(terminal(), showsProgress(), "tried")) {
                        return copies.take(damaged, here, progress);
                    }
                }));
    }

    private int check(SurfaceAdmin admin, @Nullable Mending mending) throws IOException {
        return json() ? checkInJson(admin, mending) : checkInText(admin, mending);
    }

    /** Problems are written as they are found: of a store that burnt down there may be millions. */
    private int checkInJson(SurfaceAdmin admin, @Nullable Mending mending) throws IOException {
        Set<ArtefactKey> damaged = new LinkedHashSet<>();
        long[] left = {0};
        answer(json -> {
            json.writeArrayFieldStart("problems");
            long checked = run(admin, damaged, problem -> {
                left[0]++;
                json.writeStartObject();
                json.writeStringField("name", problem.name());
                json.writeStringField("what", problem.what());
                json.writeEndObject();
            });
            json.writeEndArray();
            json.writeNumberField("checked", checked);
            json.writeNumberField("damaged", left[0]);
            if (mending != null) {
                Repair.Result result = mend(mending, damaged);
                left[0] -= result.repaired();
                json.writeNumberField("repaired", result.repaired());
                json.writeArrayFieldStart("left");
                for (Repair.Left one : result.left()) {
                    json.writeStartObject();
                    json.writeStringField("key", one.key().toString());
                    json.writeStringField("why", one.why());
                    json.writeEndObject();
                }
                json.writeEndArray();
            }
        });
        return left[0] == 0 ? ExitCodes.OK : ExitCodes.CHECKSUM;
    }

    private int checkInText(SurfaceAdmin admin, @Nullable Mending mending) throws IOException {
        Set<ArtefactKey> damaged = new LinkedHashSet<>();
        PrintWriter out = terminal().out();
        long[] left = {0};
        long checked = run(admin, damaged, problem -> {
            left[0]++;
            out.println(problem.name() + ": " + problem.what());
            out.flush();
        });
        out.printf(Locale.ROOT, "%d checked, %d damaged%n", checked, left[0]);
        if (mending != null) {
            out.flush();
            Repair.Result result = mend(mending, damaged);
            left[0] -= result.repaired();
            result.left().forEach(one -> out.println("not repaired: " + one.key() + ": " + one.why()));
            out.printf(Locale.ROOT, "%d repaired, %d left%n", result.repaired(), left[0]);
        }
        return left[0] == 0 ? ExitCodes.OK : ExitCodes.CHECKSUM;
    }

    private Repair.Result mend(Mending mending, Set<ArtefactKey> damaged) throws IOException {
        if (damaged.isEmpty()) {
            return new Repair.Result(0, List.of(), List.of());
        }
        Repair.Result result = mending.mend(damaged);
        result.warnings().forEach(warning -> terminal().err().println("warning: " + warning));
        return result;
    }

    /** The artefact that an object belongs to; null for none. */
    private static @Nullable ArtefactKey key(String name) {
        ObjectNames.Pointer pointer = ObjectNames.parseName(name);
        return pointer == null ? ObjectNames.signedBy(name) : pointer.key();
    }

    private interface Problems {
        void found(SurfaceAdmin.Problem problem) throws IOException;
    }

    /** @param damaged takes the keys of the first ones that are not whole, as many as one run repairs */
    private long run(SurfaceAdmin admin, Set<ArtefactKey> damaged, Problems problems) throws IOException {
        try (Progress progress = Progress.ofItems(terminal(), showsProgress(), "checked")) {
            return admin.fsck(tenant, progress, problem -> {
                ArtefactKey key = key(problem.name());
                if (key != null && damaged.size() < Repair.MAX) {
                    damaged.add(key);
                }
                try {
                    problems.found(problem);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
