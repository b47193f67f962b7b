/* SPDX-License-Identifier: GPL-2.0-or-later */
/* As much of a Wireshark plugin as says which Wireshark it wants. */

#define EXPORT __attribute__((visibility("default")))

EXPORT extern const int plugin_want_major, plugin_want_minor;
const int plugin_want_major = WANT_MAJOR;
const int plugin_want_minor = WANT_MINOR;
