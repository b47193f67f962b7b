/* SPDX-License-Identifier: GPL-2.0-or-later */
/* catshark.so: the module's face to Wireshark. Registers protocols, preferences and hooks; holds no
 * dissection. */
#include "compat.h"

#include "affinity-option-dissector.h"
#include "affinity-session.h"
#include "bgp-message.h"
#include "capture-end.h"
#include "fields.h"
#include "packet-filters.h"
#include "preferences.h"
#include "route-store.h"
#include "srv6.h"
#include "statistics/statistics.h"
#include "steering-flow.h"
#include "taps.h"
#include "tcp-segment.h"
#include "tree.h"
#include "udp-datagram.h"

WS_DLL_PUBLIC_DEF const char plugin_version[] = CATSHARK_VERSION;
WS_DLL_PUBLIC_DEF const int plugin_want_major = CATSHARK_WIRESHARK_MAJOR;
WS_DLL_PUBLIC_DEF const int plugin_want_minor = CATSHARK_WIRESHARK_MINOR;
COMPAT_PLUGIN_DESCRIBE
WS_DLL_PUBLIC void plugin_register(void);

/* Every opening of a file and every new dissection of it; disabling a protocol calls nothing else. */
static void begin_capture(void)
{
    option_dissector_follow_preferences();
    capture_end_begin();
    affinity_session_begin();
    route_store_begin();
    steering_flow_begin();
}

/* The settings outlive what was given them. */
static void end_capture(void)
{
    affinity_session_end();
    steering_flow_end();
    route_store_end();
    preferences_free_replaced();
}

static void register_protocols(void)
{
    fields_register();
    preferences_register();
    option_dissector_register();
    tcp_segment_register();
    srv6_register();
    udp_datagram_register();
    bgp_message_register();
    taps_register();
    statistics_register();
    packet_filters_register();
    register_init_routine(begin_capture);
    register_cleanup_routine(end_capture);
}

static void hand_off(void)
{
    tree_find_natives();
    option_dissector_handoff();
    tcp_segment_handoff();
    srv6_handoff();
    udp_datagram_handoff();
    bgp_message_handoff();
}

void plugin_register(void)
{
    static proto_plugin plugin;
    plugin.register_protoinfo = register_protocols;
    plugin.register_handoff = hand_off;
    proto_register_plugin(&plugin);
}
