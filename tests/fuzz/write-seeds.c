/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the seeds of a corpus: write-seeds frame|sessions|flows|routes|bgp-stream|exabgp|topology DIRECTORY.
 * Frames are those of samples/, with the octet in front that fuzz-frame wants; the topology is the built-in
 * one; a session and a flow are such as fuzz-sessions.c and fuzz-flows.c read; routes and bgp-stream are the
 * BGP messages of samples/, with the octet in front that fuzz-routes and fuzz-bgp-stream want; lines are such
 * as ExaBGP writes. */
#include "epan-cats/topology.h"
#include "tests/unit/sample-frames.h"

enum { ETHERNET = 0x00, LINUX_SLL2 = 0x05, LINK_TYPE_ETHERNET = 1, FRAMES_OF_A_SAMPLE = 40 };

static void write_seed(const char *directory, unsigned number, const char *octets, size_t length)
{
    char *path = g_strdup_printf("%s/seed-%u", directory, number);
    GError *error = NULL;

    if (!g_file_set_contents(path, octets, (gssize)length, &error))
        g_error("%s", error->message);
    g_free(path);
}

static void write_frames(const char *directory)
{
    unsigned number = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(sample_names); i++) {
        sample_frames frames;
        guint8 *data;
        guint32 captured, wire;

        sample_frames_open(&frames, sample_names[i]);
        for (int k = 0; k < FRAMES_OF_A_SAMPLE && sample_frames_next(&frames, &data, &captured, &wire); k++) {
            GByteArray *seed = g_byte_array_new();
            guint8 how = frames.link_type == LINK_TYPE_ETHERNET ? ETHERNET : LINUX_SLL2;

            g_byte_array_append(seed, &how, 1);
            g_byte_array_append(seed, data, captured);
            write_seed(directory, number++, (const char *)seed->data, seed->len);
            g_byte_array_unref(seed);
        }
        sample_frames_close(&frames);
    }
}

/* A redirect, the SYN that answers it, and its answer; then the same redirected again. */
static void write_sessions(const char *directory)
{
    static const char session[] = { 0x3e, /* room for 33 connections */
                                    /* places, ports and option, flags, seq, ack, payload, time */
                                    0x02, 0x01, 0x02, 0x02, 10, 0, 0, 1,  /* SYN, SAF */
                                    0x20, 0x02, 0x02, 0x12, 50, 10, 0, 1, /* SYN, ACK, SAF */
                                    0x20, 0x42, 0x00, 0x11, 50, 10, 0, 1, /* FIN, ACK, the option */
                                    0x02, 0x01, 0x00, 0x11, 10, 50, 0, 1, /* FIN, ACK */
                                    0x04, 0x01, 0x02, 0x02, 20, 0, 0, 1,  /* SYN, SAF */
                                    0x40, 0x02, 0x02, 0x12, 60, 20, 0, 1, /* SYN, ACK, SAF */
                                    0x40, (char)0x82, 0x00, 0x11, 60, 20, 0, 1 };
    write_seed(directory, 0, session, sizeof session);
}

/* A connection steered to an egress, seen behind it, answered, and steered to another one. */
static void write_flows(const char *directory)
{
    static const char flow[] = { 0x3f, /* the topology, room for 32 flows */
                                 /* places, what, SID, flow label, hop limit and point, seq, payload, time */
                                 0x02, 0x29, 0, 1, 0x3f, 10, 0, 1,        /* steered, SYN */
                                 0x02, 0x28, 0, 0, 0x7e, 10, 0, 1,        /* the same behind the egress */
                                 0x20, 0x51, 4, 2, 0x3f, 50, 0, 1,        /* steered back, SYN-ACK */
                                 0x02, 0x21, 0, 1, 0x3f, 11, 20, 1,       /* steered */
                                 0x02, 0x20, 0, 0, (char)0xbe, 11, 20, 1, /* behind the egress, elsewhere */
                                 0x02, 0x21, 2, 3, 0x3f, 31, 20, 1 };     /* steered to another egress */
    write_seed(directory, 0, flow, sizeof flow);
}

/* From the first marker of a frame on. */
static void write_messages(const char *directory, guint8 how)
{
    static const char *const names[] = { "bgp-ebgp", "srv6-vpn-frr" };
    static const guint8 marker[16] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                       0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
    unsigned number = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        sample_frames frames;
        guint8 *data;
        guint32 captured, wire;

        sample_frames_open(&frames, names[i]);
        while (sample_frames_next(&frames, &data, &captured, &wire)) {
            guint8 *at = memmem(data, captured, marker, sizeof marker);
            if (at == NULL)
                continue;
            at[-1] = how;
            write_seed(directory, number++, (const char *)at - 1, captured - (gsize)(at - 1 - data));
        }
        sample_frames_close(&frames);
    }
}

/* A route of each family, withdrawn and announced otherwise; the octets of an UPDATE; the session's end. */
static void write_exabgp(const char *directory)
{
    static const char head[] =
        "{\"exabgp\":\"4.0.1\",\"type\":\"update\",\"neighbor\":{\"address\":{\"local\":\"10.9.3.2\","
        "\"peer\":\"10.9.3.1\"},\"direction\":\"receive\",\"message\":{";
    static const char attribute[] =
        "\"update\":{\"attribute\":{\"origin\":\"igp\",\"as-path\":[65001],\"attribute-0xFF-0xE0\":\"0x"
        "000100083800010200841600000200165f00000000e1ca75000000000000000080ca20101020\"},\"announce\":";
    GString *lines = g_string_new(NULL);
    g_string_append_printf(
        lines, "%s%s{\"ipv4 unicast\":{\"10.9.3.1\":[{\"nlri\":\"192.0.2.80/32\"}]}}}}}}\n", head, attribute);
    g_string_append_printf(lines, "%s%s{\"ipv6 unicast\":{\"2001:db8::1\":[\"2001:db8:80::80/128\"]}}}}}}\n",
                           head, attribute);
    g_string_append_printf(lines, "%s\"update\":{\"withdraw\":{\"ipv4 unicast\":[\"192.0.2.80/32\"]}}}}}\n",
                           head);
    g_string_append_printf(lines, "%s\"body\":\"0x000520c00002500000\"}}}\n", head);
    g_string_append(
        lines,
        "{\"type\":\"state\",\"neighbor\":{\"address\":{\"peer\":\"10.9.3.1\"},\"state\":\"down\"}}\n");
    write_seed(directory, 0, lines->str, lines->len);
    g_string_free(lines, TRUE);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        g_printerr("usage: write-seeds frame|sessions|flows|routes|bgp-stream|exabgp|topology DIRECTORY\n");
        return 2;
    }
    if (strcmp(argv[1], "frame") == 0)
        write_frames(argv[2]);
    else if (strcmp(argv[1], "sessions") == 0)
        write_sessions(argv[2]);
    else if (strcmp(argv[1], "flows") == 0)
        write_flows(argv[2]);
    else if (strcmp(argv[1], "routes") == 0)
        write_messages(argv[2], 0x7e); /* no path identifiers, room for 64 routes */
    else if (strcmp(argv[1], "bgp-stream") == 0)
        write_messages(argv[2], 0x0c); /* in order, seven octets each */
    else if (strcmp(argv[1], "exabgp") == 0)
        write_exabgp(argv[2]);
    else
        write_seed(argv[2], 0, cats_topology_builtin_text(), strlen(cats_topology_builtin_text()));
    return 0;
}
