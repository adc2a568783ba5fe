package io.surfacefs.ops;

import io.surfacefs.model.ErrorCode;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The audit lines: every call that was refused for who asked, and every call that deletes. They go to the logger
 * {@code surface.audit}, at INFO. No token is ever in one, and what a client chose stands in quotes, without characters
 * that could make a line look like two. Thread-safe.
 */
public final class Audit {
    private static final Logger LOG = Logger.getLogger("surface.audit");
    private static final int LONGEST = 300;

    private static final Set<ErrorCode> REFUSALS = Set.of(
            ErrorCode.UNAUTHENTICATED,
            ErrorCode.PERMISSION_DENIED,
            ErrorCode.TENANT_REQUIRED,
            ErrorCode.TENANT_MISMATCH,
            ErrorCode.RETENTION_FORBIDS);

    private Audit() {}

    /**
     * Tells how a call ended, if it is one to tell of.
     *
     * @param subject who asked, or null where nobody could say
     * @param tenant whose artefacts the call was about, as the client wrote it, or null
     * @param call method and path, or the name of the call
     * @param deletes whether it is a call that deletes
     * @param code what it failed with, or null
     */
    public static void tell(
            @Nullable String subject, @Nullable String tenant, String call, boolean deletes, @Nullable ErrorCode code) {
        boolean refused = code != null && REFUSALS.contains(code);
        if (refused || deletes) {
            LogLine.begin(LogKey.AUDIT, refused ? "refused" : "delete")
                    .quoted(LogKey.SUBJECT, plain(subject == null ? "" : subject))
                    .quoted(LogKey.TENANT, plain(tenant == null ? "" : tenant))
                    .quoted(LogKey.CALL, plain(call))
                    .with(LogKey.CODE, code == null ? "OK" : code.name())
                    .info(LOG);
        }
    }

    private static String plain(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < Math.min(text.length(), LONGEST); i++) {
            char c = text.charAt(i);
            out.append(c < 0x20 || c > 0x7e || c == '"' || c == '\\' ? '?' : c);
        }
        return out.append(text.length() > LONGEST ? "…" : "").toString();
    }
}
