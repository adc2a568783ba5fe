/** The blob store on a folder, and the seam through which it touches the disk. */
@NullMarked
package io.surfacefs.store.fs;

import org.jspecify.annotations.NullMarked;
