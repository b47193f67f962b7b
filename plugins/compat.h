/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one place that knows how Wireshark's plugin interface differs from 4.0 to 4.6. Everything else of the
 * plugin includes it in place of Wireshark's headers and is written to the newest of them.
 * CATSHARK_WIRESHARK_MAJOR and _MINOR come from the build: they are those of the Wireshark that was found. */
#ifndef PLUGINS_COMPAT_H
#define PLUGINS_COMPAT_H

#include <wireshark.h>
#include <epan/exceptions.h>
#include <epan/expert.h>
#include <epan/ipproto.h>
#include <epan/packet.h>
#include <epan/prefs.h>
#include <epan/proto.h>
#include <epan/proto_data.h>
#include <epan/uat.h>
#include <epan/dissectors/packet-ip.h>
#include <wsutil/report_message.h>

/* Takes struct _packet_info to be declared. */
#include <epan/conversation_filter.h>

#define WIRESHARK_AT_LEAST(major, minor)   \
    (CATSHARK_WIRESHARK_MAJOR > (major) || \
     (CATSHARK_WIRESHARK_MAJOR == (major) && CATSHARK_WIRESHARK_MINOR >= (minor)))

/* 4.2: callbacks of tables give C's bool in place of GLib's gboolean, which is an int. */
#if WIRESHARK_AT_LEAST(4, 2)
typedef bool compat_bool;
#else
typedef gboolean compat_bool;
#endif

/* Conversation filters. 4.2: their callbacks are handed what was registered with them; 4.4: they give C's
 * bool. */
#if WIRESHARK_AT_LEAST(4, 2)
#if WIRESHARK_AT_LEAST(4, 4)
typedef bool compat_filter_bool;
#else
typedef gboolean compat_filter_bool;
#endif
#define COMPAT_FILTER_VALID(name) static compat_filter_bool name(packet_info *pinfo, void *user_data _U_)
#define COMPAT_FILTER_BUILD(name) static char *name(packet_info *pinfo, void *user_data _U_)
#define compat_register_filter(protocol, title, valid, build) \
    register_conversation_filter(protocol, title, valid, build, NULL)
#else
#define COMPAT_FILTER_VALID(name) static gboolean name(packet_info *pinfo)
#define COMPAT_FILTER_BUILD(name) static char *name(packet_info *pinfo)
#define compat_register_filter register_conversation_filter
#endif

/* 4.4: a module says what it holds. */
#if WIRESHARK_AT_LEAST(4, 4)
#include <wsutil/plugins.h>
#define COMPAT_PLUGIN_DESCRIBE                    \
    WS_DLL_PUBLIC uint32_t plugin_describe(void); \
    uint32_t plugin_describe(void)                \
    {                                             \
        return WS_PLUGIN_DESC_DISSECTOR;          \
    }
#else
#define COMPAT_PLUGIN_DESCRIBE
#endif

/* 4.4: the same of preferences. */
#if WIRESHARK_AT_LEAST(4, 4)
typedef bool compat_preference_bool;
#else
typedef gboolean compat_preference_bool;
#endif

/* 4.4: interfaces are numbered within their section of the file. */
#if WIRESHARK_AT_LEAST(4, 4)
#define compat_interface_name(epan, interface, section) epan_get_interface_name(epan, interface, section)
#else
#define compat_interface_name(epan, interface, section) \
    ((void)(section), epan_get_interface_name(epan, interface))
#endif

/* 4.6: the words of booleans have a header of their own. */
#if WIRESHARK_AT_LEAST(4, 6)
#include <epan/tfs.h>
#endif

#endif
