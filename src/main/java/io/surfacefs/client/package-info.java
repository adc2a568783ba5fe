/** One interface to a Surface.FS: in this process or far away. */
@NullMarked
package io.surfacefs.client;

import org.jspecify.annotations.NullMarked;
