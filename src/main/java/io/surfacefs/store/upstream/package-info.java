/** Another Surface.FS as the store, over gRPC. */
@NullMarked
package io.surfacefs.store.upstream;

import org.jspecify.annotations.NullMarked;
