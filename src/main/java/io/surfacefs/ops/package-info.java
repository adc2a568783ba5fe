/** What the engine tells: its events, and the metrics, health and log keys that hang on them. */
@NullMarked
package io.surfacefs.ops;

import org.jspecify.annotations.NullMarked;
