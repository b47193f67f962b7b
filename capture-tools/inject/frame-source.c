/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames of a capture through libpcap, or of a simulation, event by event. Spec: man/catshark-inject.1. */
#include "frame-source.h"

#include "epan-cats/packet.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct frame_source {
    GPtrArray *links; /* names */
    /* A capture. */
    char *path, *filter;
    capture_reader *reader;
    /* A simulation: frames of one event wait in `octets`, from `taken` on. */
    const scenario_options *options;
    recorder *rec;
    scenario *scenario;
    GByteArray *octets;
    size_t taken;
};

/* What is in front of a frame in `octets`. */
typedef struct waiting_frame {
    int64_t time_ns;
    uint32_t length, link;
} waiting_frame;

static frame_source *source_new(void)
{
    frame_source *source = g_new0(frame_source, 1);
    source->links = g_ptr_array_new_with_free_func(g_free);
    return source;
}

/* ---- a capture ---- */

static bool open_capture(frame_source *source, GError **error)
{
    source->reader = capture_reader_open(source->path, source->filter, error);
    return source->reader != NULL;
}

frame_source *frame_source_capture(const char *path, const char *filter, GError **error)
{
    frame_source *source = source_new();
    source->path = g_strdup(path);
    source->filter = g_strdup(filter);
    if (open_capture(source, error))
        return source;
    frame_source_free(source);
    return NULL;
}

static void learn_links(frame_source *source, uint32_t interface)
{
    while (source->links->len <= interface) {
        uint32_t next = source->links->len;
        const char *name = capture_reader_interface_name(source->reader, next);
        g_ptr_array_add(source->links,
                        name != NULL
                            ? g_strdup(name)
                            : g_strdup_printf("%u", capture_reader_interface_index(source->reader, next)));
    }
}

static capture_status next_captured(frame_source *source, source_frame *frame)
{
    capture_frame captured;
    capture_status status = capture_reader_next(source->reader, &captured);
    if (status != CAPTURE_FRAME)
        return status;
    if (captured.has_interface)
        learn_links(source, captured.interface);
    *frame = (source_frame){ .time_ns = captured.time_ns,
                             .data = captured.data,
                             .captured = captured.captured,
                             .wire = captured.wire,
                             .link_type = captured.link_type,
                             .link = captured.has_interface ? captured.interface : SOURCE_NO_LINK };
    return CAPTURE_FRAME;
}

/* ---- a simulation ---- */

static void take_frame(void *context, unsigned interface, int64_t time_ns, const uint8_t *octets,
                       size_t length)
{
    frame_source *source = context;
    waiting_frame head = { time_ns, (uint32_t)length, interface };
    g_byte_array_append(source->octets, (const guint8 *)&head, sizeof head);
    g_byte_array_append(source->octets, octets, (guint)length);
}

static bool open_scenario(frame_source *source, GError **error)
{
    source->rec = recorder_open(NULL, NULL, error);
    if (source->rec == NULL)
        return false;
    recorder_set_tap(source->rec, take_frame, source);
    source->scenario = scenario_new(source->options, source->rec, error);
    return source->scenario != NULL;
}

static void close_scenario(frame_source *source)
{
    scenario_free(source->scenario);
    if (source->rec != NULL)
        recorder_abandon(source->rec);
    source->scenario = NULL;
    source->rec = NULL;
}

frame_source *frame_source_scenario(const scenario_options *options, GError **error)
{
    frame_source *source = source_new();
    source->options = options;
    source->octets = g_byte_array_new();
    if (!open_scenario(source, error)) {
        frame_source_free(source);
        return NULL;
    }
    const network *net = scenario_network(source->scenario);
    for (unsigned i = 0; i < network_link_count(net); i++)
        g_ptr_array_add(source->links, g_strdup(network_link_name(net, i)));
    return source;
}

static capture_status next_simulated(frame_source *source, source_frame *frame)
{
    waiting_frame head;
    while (source->taken == source->octets->len) {
        g_byte_array_set_size(source->octets, 0);
        source->taken = 0;
        if (!scenario_step(source->scenario) && source->octets->len == 0)
            return CAPTURE_END;
    }
    memcpy(&head, source->octets->data + source->taken, sizeof head);
    *frame = (source_frame){ .time_ns = head.time_ns,
                             .data = source->octets->data + source->taken + sizeof head,
                             .captured = head.length,
                             .wire = head.length,
                             .link_type = PACKET_LINK_ETHERNET,
                             .link = head.link };
    source->taken += sizeof head + head.length;
    return CAPTURE_FRAME;
}

/* ---- either ---- */

void frame_source_free(frame_source *source)
{
    if (source == NULL)
        return;
    if (source->reader != NULL)
        capture_reader_close(source->reader);
    close_scenario(source);
    if (source->octets != NULL)
        g_byte_array_free(source->octets, TRUE);
    g_ptr_array_free(source->links, TRUE);
    g_free(source->path);
    g_free(source->filter);
    g_free(source);
}

const char *frame_source_name(const frame_source *source)
{
    return source->options != NULL ? "scenario" : capture_reader_name(source->reader);
}

static bool is_standard_input(const frame_source *source)
{
    return source->path != NULL && strcmp(source->path, "-") == 0;
}

bool frame_source_is_live(const frame_source *source)
{
    struct stat input;
    return is_standard_input(source) && (fstat(STDIN_FILENO, &input) != 0 || !S_ISREG(input.st_mode));
}

capture_status frame_source_next(frame_source *source, source_frame *frame)
{
    return source->options != NULL ? next_simulated(source, frame) : next_captured(source, frame);
}

const char *frame_source_message(const frame_source *source)
{
    return source->reader != NULL ? capture_reader_message(source->reader) : "";
}

bool frame_source_rewind(frame_source *source, GError **error)
{
    if (source->options != NULL) {
        close_scenario(source);
        g_byte_array_set_size(source->octets, 0);
        source->taken = 0;
        return open_scenario(source, error);
    }
    if (is_standard_input(source)) {
        g_set_error_literal(error, CAPTURE_ERROR, CAPTURE_ERROR_OPEN,
                            "standard input does not fit into --preload and cannot be read again, expected "
                            "a file with --loop");
        return false;
    }
    /* Interfaces are numbered anew, with the same numbers: names stay. */
    g_clear_pointer(&source->reader, capture_reader_close);
    return open_capture(source, error);
}

uint32_t frame_source_link_count(const frame_source *source)
{
    return source->links->len;
}

const char *frame_source_link_name(const frame_source *source, uint32_t link)
{
    return g_ptr_array_index(source->links, link);
}
