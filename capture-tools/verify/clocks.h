/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares the clocks of captures before they are merged: reads where they overlap, and puts back those that
 * must be ahead. */
#ifndef CATSHARK_VERIFY_CLOCKS_H
#define CATSHARK_VERIFY_CLOCKS_H

#include "sources.h"

#include "epan-cats/cats-rules.h"

/* Frames of each capture that are looked at, and how far clocks may be apart. */
#define CLOCKS_FRAMES 50000
#define CLOCKS_APART_NS INT64_C(60000000000)

/* Looks at the sources, which are not open yet, with what tells SIDs. Standard input cannot be read twice:
 * its clock is not compared. */
void clocks_compare(capture_sources *sources, const cats_context *cats);

#endif
