/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libFuzzer: any octets as a BGP stream. Whatever parses is built again to the same; what is learned of it is
 * told within its limits; sessions end. The first octet chooses between families with and without path
 * identifiers, and how much room there is. */
#include "epan-cats/cats-route-table.h"

#include <glib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_problems(const cats_route_update *update)
{
    g_assert_true((update->problem_count > 0) == (update->handling != BGP_ACCEPT));
    for (unsigned i = 0; i < update->problem_count; i++) {
        char text[CATS_ROUTE_PROBLEM_TEXT];
        g_assert_cmpuint(cats_route_problem_format(&update->problems[i], text, sizeof text), ==,
                         strlen(text));
    }
}

static void check_announcement(const cats_announcement *announcement)
{
    uint8_t built[CATS_ROUTE_ATTRIBUTE_MAX];
    cats_announcement again;
    cats_route_problem problem;
    size_t length = cats_route_build(announcement, built, sizeof built);
    g_assert_cmpuint(length, ==, cats_route_length(announcement));
    g_assert_true(cats_route_parse(built, length, &again, &problem));
    g_assert_true(cats_announcement_equal(announcement, &again));
}

static void check_service(const srv6_service *service)
{
    uint8_t built[PREFIX_SID_SERVICE_MAX];
    srv6_service again;
    cats_route_problem problem;
    size_t length = prefix_sid_build(service, built, sizeof built);
    g_assert_cmpint(prefix_sid_parse(built, length, &again, &problem), ==, PREFIX_SID_SERVICE);
    g_assert_true(srv6_service_equal(service, &again));
}

static void check_known(const cats_route_table *table, const cats_route_update *update, uint32_t frame)
{
    srv6_service sid;
    if (update->handling != BGP_ACCEPT || !cats_route_update_sid(update, 0, &sid))
        return;
    const cats_sid_row *row = cats_route_table_row(table, sid.sid, frame);
    g_assert_true(row == NULL || cats_sid_structure_valid(&row->structure));
    g_assert_true(row == NULL || cats_route_table_knows_sid(table, sid.sid, frame));
    g_assert_cmpuint(cats_route_table_sid_ended(table, sid.sid, frame), <=, frame);
    cats_route_locator locator;
    if (cats_route_table_find_locator(table, sid.sid, frame, &locator))
        g_assert_cmpuint(locator.length, <=, 128);
    cats_route_table_in_container(table, sid.sid, frame);
    cats_route_behind behind;
    const cats_address service = { .family = 4, .octets = { 192, 0, 2, 80 } };
    if (cats_route_table_find_behind(table, sid.sid, 0x102, &service, sid.sid, frame, &behind))
        g_assert_cmpuint(behind.route->announced.frame, <=, frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    cats_route_codes codes = cats_route_codes_default;
    codes.add_path = (data[0] & 1) != 0;
    size_t limit = 1 + data[0] / 2;
    cats_route_table *table = cats_route_table_new(limit);
    cats_route_peer peer = { { 4, { 10, 9, 1, 1 } }, { 4, { 10, 9, 1, 2 } } };
    bgp_message message;
    cats_defect defect;
    uint32_t frame = 1;
    for (size_t next = 0; bgp_message_next(data + 1, size - 1, &next, &message, &defect) == BGP_MESSAGE;
         frame++) {
        cats_route_update update;
        const cats_moment now = { frame, frame };
        peer.speaker.octets[3] = (uint8_t)(frame % 3);
        if (message.type != BGP_UPDATE) {
            cats_route_table_hear(table, &peer, now, message.type);
            continue;
        }
        if (!cats_route_update_read(&codes, message.body, message.length - BGP_HEADER_LENGTH, &update,
                                    &defect))
            continue;
        check_problems(&update);
        if (update.has_announcement)
            check_announcement(&update.announcement);
        if (update.has_service)
            check_service(&update.service);
        cats_route_table_learn(table, &peer, now, &update, codes.add_path);
        check_known(table, &update, frame);
        cats_route_table_count count = cats_route_table_count_get(table);
        g_assert_cmpuint(count.in_force + count.ended, <=, limit);
    }
    cats_route_table_free(table);
    return 0;
}
