/** Kits: folders and tars that carry artefacts to sites without a network. */
@NullMarked
package io.surfacefs.kit;

import org.jspecify.annotations.NullMarked;
