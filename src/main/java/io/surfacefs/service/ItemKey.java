package io.surfacefs.service;

import io.surfacefs.model.Digest;
import io.surfacefs.model.Kind;

/** An artefact of the tenant that a request is about. */
public record ItemKey(Kind kind, Digest digest) {}
