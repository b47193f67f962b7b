/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The timeline of redirects, a row and a lane each, and the histogram of delays. Spec: SVG 2;
 * man/catshark-verify.1 (REPORT). */
#include "report-html-parts.h"

#include "epan-cats/capture-time.h"

#include <inttypes.h>
#include <stdlib.h>

#define LANE_WIDTH 200.0
#define LANE_MARGIN 6.0
/* More rows than this are folded. */
#define ROWS_OPEN 100

/* What the lanes show: times since the first of all, each from its SYN for so long. */
typedef struct time_axis {
    int64_t begin_ns, width_ns;
} time_axis;

static int64_t reconnect_time(const recorded_redirect *r)
{
    return capture_time_less(r->redirect_ns, -r->connection.reconnect_ns);
}

static bool has_reconnect_time(const recorded_redirect *r)
{
    return r->connection.reconnect_frame != 0 && r->connection.reconnect_ns != AFFINITY_NO_TIME;
}

static int64_t lane_begin(const recorded_redirect *r)
{
    return r->syn_frame != 0 ? r->syn_ns : r->redirect_ns;
}

static int64_t lane_end(const recorded_redirect *r)
{
    return has_reconnect_time(r) ? MAX(reconnect_time(r), r->redirect_ns) : r->redirect_ns;
}

static int by_time(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
    return (one > other) - (one < other);
}

/* As wide as nine of ten sessions take. */
static time_axis axis_of(const report_record *record)
{
    unsigned rows = report_record_redirects(record);
    g_autofree int64_t *widths = g_new0(int64_t, rows + 1);
    time_axis axis = { INT64_MAX, 1 };
    for (unsigned i = 0; i < rows; i++) {
        recorded_redirect r = report_record_redirect(record, i);
        axis.begin_ns = MIN(axis.begin_ns, lane_begin(&r));
        widths[i] = capture_time_between(lane_begin(&r), lane_end(&r));
    }
    qsort(widths, rows, sizeof *widths, by_time);
    if (rows > 0)
        axis.width_ns = MAX(axis.width_ns, widths[(rows - 1) * 9 / 10]);
    return axis;
}

/* What lies outside stands at the edge. */
static double place(const time_axis *axis, const recorded_redirect *r, int64_t ns)
{
    double at = (double)capture_time_between(lane_begin(r), ns) / (double)axis->width_ns;
    return LANE_MARGIN + CLAMP(at, 0.0, 1.0) * (LANE_WIDTH - 2 * LANE_MARGIN);
}

static void write_lane(GString *page, const time_axis *axis, const recorded_redirect *r)
{
    double redirect = place(axis, r, r->redirect_ns);
    html_markup(page,
                "<td class=\"lane\"><svg viewBox=\"0 0 %g 16\" aria-hidden=\"true\" class=\"%s\"><path "
                "class=\"rail\" "
                "d=\"M0 8H%g\"/>",
                LANE_WIDTH, affinity_verdict_name(r->verdict), LANE_WIDTH);
    if (r->syn_frame != 0)
        html_markup(
            page,
            "<path class=\"first\" d=\"M%g 8H%.1f\"/><circle class=\"syn\" cx=\"%g\" cy=\"8\" r=\"4\"/>",
            LANE_MARGIN, redirect, LANE_MARGIN);
    if (has_reconnect_time(r)) {
        double reconnect = place(axis, r, reconnect_time(r));
        html_markup(
            page,
            "<path class=\"second\" d=\"M%.1f 8H%.1f\"/><path class=\"answer\" d=\"M%.1f 3v10l6 -5z\"/>",
            redirect, reconnect, reconnect - 3);
    }
    html_markup(page, "<path class=\"redirect\" d=\"M%.1f 3l5 5l-5 5l-5 -5z\"/></svg></td>", redirect);
}

/* "12.345678 s, frame 12 of pe"; "not seen" */
static void write_moment(GString *page, const html_source *s, const char *label, const time_axis *axis,
                         uint32_t frame, int64_t ns)
{
    html_markup(page, "<td data-label=\"%s\">", label);
    if (frame != 0 && ns != AFFINITY_NO_TIME)
        html_markup(page, "%.6f s<br>", (double)capture_time_between(axis->begin_ns, ns) / 1e9);
    if (frame != 0)
        html_frame(page, s, frame);
    else
        g_string_append(page, "not seen");
    g_string_append(page, "</td>");
}

static void write_end(GString *page, const cats_address *address, uint16_t port)
{
    char text[CATS_ADDRESS_TEXT];
    cats_address_format(address, text);
    html_markup(page, address->family == 6 ? "[%s]:%u" : "%s:%u", text, port);
}

static void write_ends(GString *page, const recorded_redirect *r)
{
    g_string_append(page, "<td data-label=\"client and service\">");
    write_end(page, &r->client, r->client_port);
    g_string_append(page, "<br>");
    write_end(page, &r->service, r->service_port);
    g_string_append(page, "</td><td data-label=\"to\">");
    write_end(page, &r->node, r->node_port);
    g_string_append(page, "</td>");
}

static void write_redirect(GString *page, const html_source *s, const time_axis *axis,
                           const recorded_redirect *r)
{
    const affinity_connection *c = &r->connection;
    g_autofree char *delay = has_reconnect_time(r) ? html_duration(c->reconnect_ns) : g_strdup("");
    html_markup(page, "<tr class=\"row\"><th scope=\"row\" data-label=\"session\">%u</th>", c->session);
    write_lane(page, axis, r);
    html_labelled(page, "delay", delay);
    html_markup(page, "<td data-label=\"verdict\"><span class=\"mark %s\">%s</span></td>",
                affinity_verdict_name(r->verdict), affinity_verdict_name(r->verdict));
    write_ends(page, r);
    write_moment(page, s, "SYN", axis, r->syn_frame, r->syn_ns);
    write_moment(page, s, "redirect", axis, c->redirect_frame, r->redirect_ns);
    write_moment(page, s, "reconnect", axis, c->reconnect_frame,
                 has_reconnect_time(r) ? reconnect_time(r) : AFFINITY_NO_TIME);
    g_string_append(page, "</tr>\n");
}

static uint64_t redirected_sessions(const html_source *s)
{
    verification_totals totals = verification_count(s->v);
    uint64_t sum = 0;
    for (int i = 0; i < AFFINITY_VERDICT_COUNT; i++)
        sum += totals.sessions.verdicts[i];
    return sum;
}

/* How many sessions the rows are of, and how many are not there. */
static void write_how_many(GString *page, const html_source *s, unsigned rows, const char *width)
{
    g_autoptr(GHashTable) sessions = g_hash_table_new(NULL, NULL);
    uint64_t all = redirected_sessions(s);
    for (unsigned i = 0; i < rows; i++)
        g_hash_table_add(sessions, GUINT_TO_POINTER(report_record_redirect(s->record, i).connection.session));
    uint64_t shown = g_hash_table_size(sessions);
    html_markup(page, "<p>%" PRIu64 " sessions were redirected. ", all);
    if (all > shown)
        html_markup(page, "The first %" PRIu64 " are shown, %" PRIu64 " are left out. ", shown, all - shown);
    html_markup(
        page,
        "Circle: the SYN; diamond: the FIN that redirects; triangle: the SYN that follows. A lane begins "
        "with "
        "the SYN and is %s wide; what comes later stands at its end. Times count from the first SYN.</p>\n",
        width);
}

void html_redirects(GString *page, const html_source *s)
{
    unsigned rows = report_record_redirects(s->record);
    const time_axis axis = axis_of(s->record);
    g_string_append(page, "<section id=\"redirects\"><h2>Redirects</h2>\n");
    if (rows == 0) {
        g_string_append(page, "<p>No session was redirected.</p></section>\n");
        return;
    }
    g_autofree char *width = html_duration(axis.width_ns);
    write_how_many(page, s, rows, width);
    html_markup(
        page,
        "<details%s><summary>%u redirects</summary><div class=\"wide scroll\" tabindex=\"0\" role=\"region\" "
        "aria-label=\"redirects\">",
        rows <= ROWS_OPEN ? " open" : "", rows);
    html_begin_table(page, "session,timeline,delay,verdict,client and service,to,SYN,redirect,reconnect",
                     NULL);
    for (unsigned i = 0; i < rows; i++) {
        recorded_redirect r = report_record_redirect(s->record, i);
        write_redirect(page, s, &axis, &r);
    }
    html_end_table(page);
    g_string_append(page, "</div></details></section>\n");
}

/* ---- delays ---- */

#define BAR_WIDTH 48.0
#define BAR_HEIGHT 120.0
#define CHART_TOP 18.0

static uint64_t highest_of(const delay_class *classes)
{
    uint64_t highest = 0;
    for (unsigned i = 0; i < DELAY_CLASSES; i++)
        highest = MAX(highest, classes[i].count);
    return highest;
}

/* "15 ms": the limit of the class. */
static char *limit_of(const delay_class *class)
{
    if (class->below_ns == INT64_MAX)
        return g_strdup("more");
    double ms = (double)class->below_ns / 1e6;
    return ms < 1000 ? g_strdup_printf("%g ms", ms) : g_strdup_printf("%g s", ms / 1000);
}

static void write_bar(GString *page, const delay_class *class, double x, uint64_t highest)
{
    double height = (double)class->count / (double)highest * BAR_HEIGHT, middle = x + BAR_WIDTH / 2;
    double top = CHART_TOP + BAR_HEIGHT - height;
    g_autofree char *limit = limit_of(class);
    html_markup(page,
                "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/><text x=\"%.1f\" "
                "y=\"%.1f\">%" PRIu64 "</text><text x=\"%.1f\" y=\"%.1f\">%s</text>\n",
                x + 2, top, BAR_WIDTH - 4, height, middle, top - 4, class->count, middle,
                CHART_TOP + BAR_HEIGHT + 16, limit);
}

static void write_bars(GString *page, const delay_class *classes, unsigned first, unsigned last,
                       uint64_t highest)
{
    double width = (last - first + 1) * BAR_WIDTH, height = CHART_TOP + BAR_HEIGHT + 24;
    html_markup(
        page,
        "<div class=\"wide\"><svg class=\"delays\" width=\"%g\" height=\"%g\" viewBox=\"0 0 %g %g\" "
        "role=\"img\" aria-labelledby=\"delays-title delays-desc\"><title id=\"delays-title\">Delay from "
        "redirect "
        "to reconnect</title><desc id=\"delays-desc\">Bars by class of delay, the numbers are in the table "
        "below.</desc>\n<path class=\"rail\" d=\"M0 %gH%g\"/>\n",
        width, height, width, height, CHART_TOP + BAR_HEIGHT, width);
    for (unsigned i = first; i <= last; i++)
        write_bar(page, &classes[i], (i - first) * BAR_WIDTH, highest);
    g_string_append(page, "</svg></div>\n");
}

static void write_classes(GString *page, const delay_class *classes, unsigned first, unsigned last)
{
    g_string_append(
        page, "<details><summary>numbers</summary><table><thead><tr><th scope=\"col\">delay below</th><th "
              "scope=\"col\">sessions</th></tr></thead><tbody>\n");
    for (unsigned i = first; i <= last; i++) {
        g_autofree char *limit = limit_of(&classes[i]);
        html_markup(page, "<tr><th scope=\"row\">%s</th><td>%" PRIu64 "</td></tr>\n",
                    i == 0 ? "0 (the SYN was captured first)" : limit, classes[i].count);
    }
    g_string_append(page, "</tbody></table></details>\n");
}

void html_delays(GString *page, const html_source *s)
{
    int64_t least, mean, greatest;
    uint64_t count = report_record_delay_sum(s->record, &least, &mean, &greatest);
    const delay_class *classes = report_record_delays(s->record);
    unsigned first = 0, last = DELAY_CLASSES - 1;
    g_string_append(page, "<section id=\"delays\"><h2>Time to reconnect</h2>\n");
    if (count == 0) {
        g_string_append(page, "<p>No client was seen to follow a redirect.</p></section>\n");
        return;
    }
    while (classes[first + 1].count == 0 && classes[first].count == 0)
        first++;
    while (classes[last - 1].count == 0 && classes[last].count == 0)
        last--;
    g_autofree char *low = html_duration(least), *middle = html_duration(mean),
                    *high = html_duration(greatest);
    html_markup(page,
                "<p>%" PRIu64
                " reconnects: least %s, mean %s, greatest %s. Each bar counts delays below its label.</p>\n",
                count, low, middle, high);
    write_bars(page, classes, first, last, highest_of(classes));
    write_classes(page, classes, first, last);
    g_string_append(page, "</section>\n");
}
