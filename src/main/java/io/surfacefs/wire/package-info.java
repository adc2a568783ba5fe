/** The calling side of gRPC: streams with flow control and limits on every wait, for all who speak to a Surface.FS. */
@NullMarked
package io.surfacefs.wire;

import org.jspecify.annotations.NullMarked;
