/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which Wireshark a plugin file was built for, read from the file without loading it: loading needs the very
 * libraries whose version is in question. Spec: ELF, gABI 4 (.dynsym); Wireshark's plugin_want_major and
 * plugin_want_minor. */
#ifndef CATSHARK_DOCTOR_PLUGIN_FILE_H
#define CATSHARK_DOCTOR_PLUGIN_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct plugin_version {
    int32_t major, minor;
} plugin_version;

/* Total: any octets, any length. False when they are no module of this machine that carries the two numbers.
 */
bool plugin_version_of(const uint8_t *octets, size_t length, plugin_version *version);
/* The same for a file; false also when it cannot be read. */
bool plugin_file_version(const char *path, plugin_version *version);

#endif
