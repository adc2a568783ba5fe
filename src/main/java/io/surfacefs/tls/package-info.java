/** TLS towards others: whom to trust, what to show, which keys are pinned; from files that somebody else renews. */
@NullMarked
package io.surfacefs.tls;

import org.jspecify.annotations.NullMarked;
