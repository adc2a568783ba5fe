/** Bytes: seekable zstd, digesting streams, canonical JSON. */
@NullMarked
package io.surfacefs.codec;

import org.jspecify.annotations.NullMarked;
