/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The CPU time of this process. */
#ifndef CATSHARK_BENCH_CPU_TIME_H
#define CATSHARK_BENCH_CPU_TIME_H

#include <stdint.h>
#include <time.h>

static inline int64_t cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

#endif
