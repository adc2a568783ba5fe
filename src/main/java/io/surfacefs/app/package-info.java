/** Wiring: producers, schedules, start-up checks. The only room that knows all others. */
@NullMarked
package io.surfacefs.app;

import org.jspecify.annotations.NullMarked;
