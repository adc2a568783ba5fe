package io.surfacefs.codec;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.graalvm.nativeimage.PinnedObject;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.nativeimage.c.type.CIntPointer;
import org.graalvm.word.UnsignedWord;
import org.graalvm.word.WordFactory;

/**
 * SHA-256 by the CPU's own instructions in the native image ({@code src/main/c/sha256.c}), where the CPU at hand has
 * them. Thread-safe.
 */
final class ImageSha256 {
    private static final int UNKNOWN = 0;
    private static final int USABLE = 1;
    private static final int UNUSABLE = 2;

    /** FIPS 180-2 appendix B.2: padding that needs a second block. */
    private static final String PROBE = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

    private static final String PROBE_DIGEST = "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";

    // Found out at run time, not when classes are initialised: that happens on the machine that builds the image.
    private static volatile int state = UNKNOWN;

    private ImageSha256() {}

    /** {@return whether this is a native image on a CPU with SHA instructions that give the right answer} */
    static boolean usable() {
        int known = state;
        if (known == UNKNOWN) {
            known = findOut() ? USABLE : UNUSABLE;
            state = known;
        }
        return known == USABLE;
    }

    /** {@return a new SHA-256; only where {@link #usable()}} */
    static MessageDigest create() {
        return new BlockSha256(ImageSha256::take);
    }

    private static boolean findOut() {
        if (!"runtime".equals(System.getProperty("org.graalvm.nativeimage.imagecode")) || cpuHasThem() == 0) {
            return false;
        }
        byte[] probe = PROBE.getBytes(StandardCharsets.US_ASCII);
        return Arrays.equals(HexFormat.of().parseHex(PROBE_DIGEST), create().digest(probe));
    }

    private static void take(int[] state, byte[] source, int offset, int count) {
        try (PinnedObject words = PinnedObject.create(state);
                PinnedObject bytes = PinnedObject.create(source)) {
            blocks(words.addressOfArrayElement(0), bytes.addressOfArrayElement(offset), WordFactory.unsigned(count));
        }
    }

    @CFunction("surface_sha256_usable")
    private static native int cpuHasThem();

    @CFunction("surface_sha256_blocks")
    private static native void blocks(CIntPointer state, CCharPointer source, UnsignedWord count);
}
