/** DSSE envelopes: signing, and whose signatures count. */
@NullMarked
package io.surfacefs.signing;

import org.jspecify.annotations.NullMarked;
