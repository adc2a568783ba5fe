package io.surfacefs.codec;

/**
 * How large an upload may be.
 *
 * @param payloadSize most raw bytes
 * @param decompressionRatio most raw bytes for each stored byte, beyond the free bytes
 * @param freeRawSize raw bytes up to which any ratio is fine
 */
public record UploadLimits(long payloadSize, int decompressionRatio, long freeRawSize) {
    /** Raw bytes up to which any ratio is fine: 1 GiB. */
    public static final long FREE_RAW_SIZE = 1L << 30;

    /** With the first 1 GiB raw free of the ratio. */
    public UploadLimits(long payloadSize, int decompressionRatio) {
        this(payloadSize, decompressionRatio, FREE_RAW_SIZE);
    }

    /** 64 GiB, 1,000 to 1. */
    public static final UploadLimits DEFAULT = new UploadLimits(64L << 30, 1000);

    public UploadLimits {
        if (payloadSize < 0 || decompressionRatio < 1 || freeRawSize < 0) {
            throw new IllegalArgumentException("limits must be positive");
        }
    }

    /** {@return most raw bytes that so many stored bytes may stand for, by their ratio} */
    long rawSizeFor(long storedSize) {
        long byRatio =
                storedSize > Long.MAX_VALUE / decompressionRatio ? Long.MAX_VALUE : storedSize * decompressionRatio;
        return Math.max(freeRawSize, byRatio);
    }
}
