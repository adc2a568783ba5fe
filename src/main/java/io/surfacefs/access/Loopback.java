package io.surfacefs.access;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which hosts are this machine itself, whatever a resolver says of names. */
public final class Loopback {
    private static final Pattern HOST =
            Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[?(::1|0:0:0:0:0:0:0:1)]?", Pattern.CASE_INSENSITIVE);

    private Loopback() {}

    /** @param host a name or a literal address, that of IPv6 in brackets or without; null is none */
    public static boolean isHost(@Nullable String host) {
        return host != null && HOST.matcher(host).matches();
    }
}
