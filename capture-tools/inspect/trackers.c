/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings of both trackers. */
#include "trackers.h"

void decoder_follow_sessions(decoder *d, uint64_t reconnect_limit_ms)
{
    affinity_tracker_settings settings = affinity_tracker_settings_default;
    settings.topology = d->cats.topology;
    settings.reconnect_limit_ns = (int64_t)reconnect_limit_ms * 1000000;
    d->tracker = affinity_tracker_new(&settings);
}

static const char *point_name(void *context, uint32_t point)
{
    return capture_points_name(context, point);
}

void decoder_follow_flows(decoder *d, capture_points *points)
{
    steering_tracker_settings settings = steering_tracker_settings_default;
    settings.topology = d->cats.topology;
    settings.routes = d->cats.routes;
    settings.listener = (steering_listener){ .context = points, .point_name = point_name };
    d->points = points;
    d->flows = steering_tracker_new(&settings);
}

void decoder_follow_routes(decoder *d, const cats_route_codes *codes)
{
    d->routes = route_reader_new(codes);
    d->cats.routes = route_reader_table(d->routes);
}

void decoder_follow_none(decoder *d)
{
    affinity_tracker_free(d->tracker);
    steering_tracker_free(d->flows);
    route_reader_free(d->routes);
    d->tracker = NULL;
    d->flows = NULL;
    d->routes = NULL;
    d->cats.routes = NULL;
    d->points = NULL;
}
