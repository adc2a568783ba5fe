/** The only place that decides: artefacts, scans, cache entries. Bytes are encoded and verified once, here. */
@NullMarked
package io.surfacefs.service;

import org.jspecify.annotations.NullMarked;
