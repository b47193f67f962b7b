/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Field names and values of steering, affinity and findings. Names: docs/architecture.md and README. */
#include "fields.h"

#include "field-visit.h"
#include "route-fields.h"

#include <glib.h>
#include <inttypes.h>

static void visit_tlv(const visit *v, const srh_tlv *tlv)
{
    srh_hmac hmac;

    give_number(v, "cats.srh.tlv.type", tlv->type);
    if (tlv->type == SRH_TLV_PAD1)
        return;
    give_number(v, "cats.srh.tlv.length", tlv->length);
    if (tlv->length > 0)
        give_bytes(v, "cats.srh.tlv.value", tlv->value, tlv->length);
    if (!srh_tlv_hmac(tlv, &hmac))
        return;
    if (hmac.d)
        give_true(v, "cats.srh.tlv.hmac.d");
    give_hex_of(v, "cats.srh.tlv.hmac.key_id", 32, hmac.key_id);
    give_bytes(v, "cats.srh.tlv.hmac.value", hmac.value, hmac.length);
}

static void visit_srh(const visit *v, const packet *p, const decoded_steering *s)
{
    const srh_view *srh = &s->steering.srh;
    const uint8_t *active = srh_active_segment(srh);
    srh_tlv tlv;
    size_t next = 0;

    give_ipv6(v, "cats.segment.active", active ? active : p->data + s->ip->offset + 24);
    if (srh->flags & SRH_FLAG_OAM)
        give_true(v, "cats.srh.flags.oam");
    if (srh->flags & ~SRH_FLAG_OAM)
        give_hex_of(v, "cats.srh.flags.unused", 8, srh->flags & ~(unsigned)SRH_FLAG_OAM);
    while (srh_tlv_next(srh, &next, &tlv))
        visit_tlv(v, &tlv);
}

static void visit_sid(const visit *v, const cats_steering *s)
{
    char name[CATS_SID_NAME_TEXT];

    give_ipv6(v, "cats.sid", s->sid);
    if (s->structured) {
        give_address(v, "cats.sid.locator", &s->parts.locator);
        give_hex(v, "cats.sid.function", s->parts.function);
        give_hex(v, "cats.sid.argument", s->parts.argument);
    }
    if (s->behavior)
        give_hex_of(v, "cats.sid.behavior", 16, s->behavior);
    if (cats_steering_sid_name(s, name) > 0)
        give_text(v, "cats.sid.name", name);
    if (s->has_granularity)
        give_number(v, "cats.granularity", s->granularity);
    if (s->has_argument) {
        give_number(v, "cats.level", s->argument.level);
        give_hex_of(v, "cats.aggregate_id", 24, s->argument.aggregate_id);
    }
}

/* What frames up to this one tell, as the plugin shows it on its first pass. */
static void visit_flow(const visit *v, const decoder *d, const steering_flow *flow)
{
    const char *site = d->points == NULL ? NULL : capture_points_name(d->points, flow->site_point);
    give_number(v, "cats.flow", flow->number);
    give_text(v, "cats.verdict", steering_verdict_name(flow->verdict));
    if (site != NULL)
        give_text(v, "cats.site", site);
}

static void visit_steering(const visit *v, const decoded *frame, const decoded_steering *here)
{
    const packet *p = &frame->packet;
    const cats_steering *s = &here->steering;
    char text[CATS_SID_NAME_TEXT];

    if (s->has_srh)
        visit_srh(v, p, here);
    if (!s->encapsulated)
        return;
    visit_sid(v, s);
    if (s->from_ingress) {
        give_ipv6(v, "cats.ingress", p->data + here->ip->offset + 8);
        if (cats_steering_egress(s, text) > 0)
            give_text(v, "cats.egress", text);
    }
    const packet_ip *inner = here->ip + 1;
    if (s->toward_service && inner < p->ip + p->ip_count && inner->quoted == here->ip->quoted) {
        cats_address service = packet_destination(p, inner);
        cats_address_format(&service, text);
        give_text(v, "cats.service", text);
    }
    route_fields_behind(v, here);
}

static void visit_option(const visit *v, const affinity_numbers *numbers, const uint8_t *octets,
                         size_t available)
{
    affinity_option option;
    cats_defect defect;
    affinity_parse_result result = affinity_option_parse(numbers, octets, available, &option, &defect);

    if (result == AFFINITY_FOREIGN)
        return;
    give_number(v, "affinity.kind", octets[0]);
    give_number(v, "affinity.length", octets[1]);
    if (octets[0] != numbers->kind)
        give_hex_of(v, "affinity.exid", 32, numbers->exid);
    if (result == AFFINITY_DEFECT)
        return;
    if (option.permit) {
        give_true(v, "affinity.permit");
        return;
    }
    give_address(v, option.address.family == 4 ? "affinity.ipv4" : "affinity.ipv6", &option.address);
    give_number(v, "affinity.port", option.port);
}

static void visit_segment(const visit *v, const affinity_numbers *numbers, const decoded *frame)
{
    const affinity_segment *segment = &frame->segment;
    affinity_option_walk walk;

    if (segment->flags & affinity_saf_mask(numbers))
        give_true(v, "affinity.saf");
    affinity_option_walk_start(&walk, segment->options, segment->options_length);
    while (affinity_option_walk_next(&walk)) {
        /* An option that claims a length it cannot have is a finding, not a field; one that the capture cut
         * shows what is there of it. */
        bool cut = walk.at + walk.option_length > segment->options_length && walk.option_length >= 2 &&
                   walk.at + walk.option_length <= frame->options_claimed;
        if ((!walk.bad || cut) && (walk.kind == numbers->kind || walk.kind >= TCP_OPTION_EXPERIMENT_1))
            visit_option(v, numbers, segment->options + walk.at, segment->options_length - walk.at);
    }
}

/* What earlier frames and this one tell, as the plugin shows it on its first pass. */
static void visit_session(const visit *v, const affinity_sighting *s)
{
    const affinity_connection *c = &s->connection;

    give_number(v, "affinity.session", c->session);
    if (s->has_verdict && s->verdict != AFFINITY_PENDING)
        give_text(v, "affinity.verdict", affinity_verdict_name(s->verdict));
    uint32_t frame = s->redirects ? c->reconnect_frame : 0;
    int64_t ns = c->reconnect_ns;
    if (frame != 0)
        give_number(v, "affinity.reconnect_in", frame);
    if (s->reconnects && c->cause_frame != 0) {
        frame = c->cause_frame;
        ns = c->cause_ns;
        give_number(v, "affinity.redirect_in", frame);
    }
    if (frame == 0 || ns == AFFINITY_NO_TIME)
        return;
    give_seconds(v, "affinity.reconnect_time", ns);
}

void fields_visit(const decoder *d, const decoded *frame, field_visitor call, void *context)
{
    visit v = { call, context };

    for (unsigned i = 0; i < frame->steering_count; i++) {
        visit_steering(&v, frame, &frame->steerings[i]);
        if (frame->steerings[i].flow.in_flow)
            visit_flow(&v, d, &frame->steerings[i].flow.flow);
    }
    if (frame->flow.in_flow)
        visit_flow(&v, d, &frame->flow.flow);
    if (frame->has_segment)
        visit_segment(&v, &d->numbers, frame);
    if (frame->session.in_session)
        visit_session(&v, &frame->session);
    give_findings(&v, &frame->findings);
    for (unsigned i = 0; i < frame->update_count; i++)
        route_fields_update(&v, &frame->updates[i]);
}

static char *bytes_text(const uint8_t *bytes, size_t length)
{
    GString *text = g_string_sized_new(length * 3);

    for (size_t i = 0; i < length; i++)
        g_string_append_printf(text, "%s%02x", i ? ":" : "", bytes[i]);
    return g_string_free(text, FALSE);
}

char *field_value_text(const field_value *value)
{
    char address[CATS_ADDRESS_TEXT];

    switch (value->type) {
    case FIELD_NUMBER:
        return g_strdup_printf("%" PRIu64, value->number);
    case FIELD_HEX:
        return g_strdup_printf("0x%0*" PRIx64, (int)value->digits, value->number);
    case FIELD_TRUE:
        return g_strdup("true");
    case FIELD_ADDRESS:
        cats_address_format(&value->address, address);
        return g_strdup(address);
    case FIELD_TEXT:
        return g_strdup(value->text);
    case FIELD_BYTES:
        break;
    }
    return bytes_text(value->bytes, value->length);
}
