/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The terminal's line gives way to every other word. Spec: man/catshark-capture.1 (COUNTERS). */
#include "speech.h"

#include "capture-tools/cli.h"
#include <errno.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LINE_NS (INT64_C(500) * 1000000)
#define TERMINAL_WIDTH 80

static void clear_line(capture_speech *speech)
{
    if (speech->line_drawn)
        fputs("\r\033[K", stderr);
    speech->line_drawn = false;
}

static void draw_line(capture_speech *speech, const capture_report *report)
{
    struct winsize size = { .ws_col = 0 };
    (void)ioctl(STDERR_FILENO, TIOCGWINSZ, &size);
    g_autofree char *line = capture_report_line(report);
    fprintf(stderr, "\r%.*s\033[K", (size.ws_col > 1 ? size.ws_col : TERMINAL_WIDTH) - 1, line);
    fflush(stderr);
    speech->line_drawn = true;
}

void capture_speech_begin(capture_speech *speech, int64_t now)
{
    bool counters = speech->manner == CAPTURE_JSON && speech->interval_ns > 0;
    speech->draws = speech->manner == CAPTURE_SUMMARY && isatty(STDERR_FILENO) != 0;
    speech->due = counters ? now + speech->interval_ns : speech->draws ? now : INT64_MAX;
}

void capture_speech_say(capture_speech *speech, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *words = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    clear_line(speech);
    fprintf(stderr, "catshark %s: %s\n", speech->verb, words);
}

void capture_speech_trouble(capture_speech *speech, const char *message)
{
    clear_line(speech);
    cli_trouble(speech->verb, "%s", message);
    speech->failed = true;
}

void capture_speech_report(capture_speech *speech, const capture_report *report, int64_t now)
{
    if (speech->draws) {
        draw_line(speech, report);
        speech->due = now + LINE_NS;
    } else if (!capture_report_json(report, "counters", speech->out)) {
        g_autofree char *message = g_strdup_printf("counters: %s", g_strerror(errno));
        capture_speech_trouble(speech, message);
        speech->due = INT64_MAX;
    } else {
        speech->due += speech->interval_ns * ((now - speech->due) / speech->interval_ns + 1);
    }
}

void capture_speech_end(capture_speech *speech, const capture_report *report)
{
    clear_line(speech);
    if (speech->manner == CAPTURE_JSON)
        capture_report_json(report, "summary", speech->out);
    else if (speech->manner == CAPTURE_SUMMARY)
        capture_report_text(report, speech->out);
    fflush(speech->out);
}
