package io.surfacefs.app;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.inject.Singleton;

/**
 * Takes the double quotes out of the descriptions of meters, which libraries have: the registry escapes them, and the
 * text format of Prometheus knows no such escape in a help text, so that a strict reader would refuse all of a scrape.
 */
@Singleton
public final class PlainDescriptions implements MeterFilter {
    @Override
    public Meter.Id map(Meter.Id id) {
        String description = id.getDescription();
        return description == null || description.indexOf('"') < 0
                ? id
                : new Meter.Id(
                        id.getName(),
                        Tags.of(id.getTagsAsIterable()),
                        id.getBaseUnit(),
                        description.replace('"', '\''),
                        id.getType());
    }
}
