package io.surfacefs.app;

import java.util.Locale;
import java.util.regex.Pattern;

/** Values of properties as people may see them. */
final class Masked {
    /** What stands for a secret. */
    static final String MASK = "***";

    /** In the form of the environment. */
    private static final Pattern SECRET = Pattern.compile(
            ".*(PASSWORD|PASSWD|PASSPHRASE|SECRET|CREDENTIAL|PRIVATE_KEY|ACCESS_KEY|API_KEY|ENCRYPTION_KEY|STATIC_PROVIDER|AUTHORIZATION|HEADERS|SESSION_TOKEN|BEARER).*");

    /** What names a file, or says how something is done. */
    private static final Pattern NAME = Pattern.compile("SURFACE_.*|.*_(FILE|PATH|DIR|TIMEOUT|ENABLED|METHOD|ALIAS)");

    private static final Pattern USER_INFO = Pattern.compile("//[^/?#\\s]*@");

    private Masked() {}

    /**
     * The value, or the mask where by its name it is a secret; who and how in an address, {@code //user:password@}, is
     * masked whatever the name. Ours are never secrets, only names of their files are.
     */
    static String of(String property, String value) {
        String variable = property.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]+", "_");
        if (SECRET.matcher(variable).matches() && !NAME.matcher(variable).matches()) {
            return MASK;
        }
        return USER_INFO.matcher(value).replaceAll("//" + MASK + "@");
    }
}
