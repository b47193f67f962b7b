/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Says what Wireshark's window would offer under Conversation Filter of every packet of a capture, of the
 * filters that are ours: the frame, the menu's text and the filter, a line each. Loads the plugin as
 * Wireshark does and dissects as its window does: all packets once, then each as if it were selected. usage:
 * offered-filters CAPTURE, as a user for whom Wireshark loads plugins. */
#include <wireshark.h>
#include <epan/epan.h>
#include <epan/epan_dissect.h>
#include <epan/frame_data.h>
#include <epan/packet.h>
#include <epan/tap.h>
#include <wiretap/wtap.h>
#include <wsutil/filesystem.h>
#include <wsutil/privileges.h>
#include <wsutil/wslog.h>

/* Takes struct _packet_info to be declared. */
#include <epan/conversation_filter.h>

typedef struct captured {
    wtap_rec record;
    Buffer octets;
    frame_data frame;
} captured;

typedef struct packet_provider_data {
    GPtrArray *packets;
    nstime_t elapsed;
    const frame_data *reference, *previous;
} packet_provider_data;

static const nstime_t *frame_time(packet_provider_data *provider, guint32 number)
{
    if (number == 0 || number > provider->packets->len)
        return NULL;
    return &((captured *)provider->packets->pdata[number - 1])->frame.abs_ts;
}

static const struct packet_provider_funcs provides = { .get_frame_ts = frame_time };

static void refuse(const char *path, int error, const char *reason)
{
    fprintf(stderr, "%s: %s%s%s\n", path, wtap_strerror(error), reason == NULL ? "" : ": ",
            reason == NULL ? "" : reason);
    exit(2);
}

static void read_all(const char *path, packet_provider_data *provider)
{
    int error;
    char *reason = NULL;
    gint64 offset;
    wtap *file = wtap_open_offline(path, WTAP_TYPE_AUTO, &error, &reason, FALSE);
    if (file == NULL)
        refuse(path, error, reason);
    for (;;) {
        captured *packet = g_new0(captured, 1);
        wtap_rec_init(&packet->record);
        ws_buffer_init(&packet->octets, 1514);
        if (!wtap_read(file, &packet->record, &packet->octets, &error, &reason, &offset))
            break;
        g_ptr_array_add(provider->packets, packet);
        frame_data_init(&packet->frame, provider->packets->len, &packet->record, offset, 0);
        frame_data_set_before_dissect(&packet->frame, &provider->elapsed, &provider->reference,
                                      provider->previous);
        provider->previous = &packet->frame;
    }
    if (error != 0)
        refuse(path, error, reason);
}

static epan_dissect_t *dissect(epan_t *session, captured *packet, gboolean in_view)
{
    epan_dissect_t *dissection = epan_dissect_new(session, in_view, in_view);
    tvbuff_t *octets = tvb_new_real_data(ws_buffer_start_ptr(&packet->octets),
                                         packet->record.rec_header.packet_header.caplen,
                                         (int)packet->record.rec_header.packet_header.len);
    epan_dissect_run(dissection, WTAP_FILE_TYPE_SUBTYPE_UNKNOWN, &packet->record, octets, &packet->frame,
                     NULL);
    return dissection;
}

static bool is_ours(const conversation_filter_t *filter)
{
    return strcmp(filter->proto_name, "affinity") == 0 || strcmp(filter->proto_name, "cats") == 0;
}

static void offer(packet_info *packet)
{
    for (GList *next = packet_conv_filter_list; next != NULL; next = next->next) {
        const conversation_filter_t *filter = next->data;
        if (!is_ours(filter) || !filter->is_filter_valid(packet))
            continue;
        char *text = filter->build_filter_string(packet);
        printf("%u\t%s\t%s\n", packet->num, filter->display_name, text);
        g_free(text);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: offered-filters CAPTURE\n");
        return 2;
    }
    ws_log_init("offered-filters", NULL);
    init_process_policies();
    configuration_init(argv[0], NULL);
    wtap_init(FALSE);
    if (!epan_init(NULL, NULL, TRUE))
        return 2;
    epan_load_settings();
    prefs_apply_all();
    if (tap_listeners_require_dissection()) {
        fprintf(stderr, "offered-filters: a tap listener is registered, expected none\n");
        return 1;
    }
    packet_provider_data provider = { .packets = g_ptr_array_new() };
    read_all(argv[1], &provider);
    epan_t *session = epan_new(&provider, &provides);
    for (guint i = 0; i < provider.packets->len; i++)
        epan_dissect_free(dissect(session, provider.packets->pdata[i], FALSE));
    for (guint i = 0; i < provider.packets->len; i++) {
        epan_dissect_t *dissection = dissect(session, provider.packets->pdata[i], TRUE);
        offer(&dissection->pi);
        epan_dissect_free(dissection);
    }
    epan_free(session);
    return 0;
}
