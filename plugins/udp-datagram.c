/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands in front of UDP. The datagram is read before UDP sees it, while its addresses are those of this
 * packet; its flow is shown when UDP and all above it are done, for it hangs behind UDP's item. Spec: RFC
 * 768.
 */
#include "udp-datagram.h"

#include "capture-end.h"
#include "hooks.h"
#include "plain-packet.h"
#include "tree.h"

static dissector_handle_t udp;
static int proto_wrapper = -1;

static int dissect_steered(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data,
                           const flow_note *note)
{
    volatile int length = 0;
    proto_node *mark = tree_mark(tree);
    /* Payload dissectors throw where the snap length cut the frame. */
    TRY
    {
        length = hook_pass_on(udp, tvb, pinfo, tree, data);
    }
    FINALLY
    {
        plain_packet_show(pinfo, tvb, tree, mark, native_udp, note);
    }
    ENDTRY;
    return length;
}

static int dissect_udp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    capture_end_saw(pinfo);
    flow_note note;
    if (!plain_packet_matters() || !plain_packet_note(pinfo, tvb, data, IP_PROTO_UDP, &note))
        return hook_pass_on(udp, tvb, pinfo, tree, data);
    return dissect_steered(tvb, pinfo, tree, data, &note);
}

void udp_datagram_register(void)
{
    proto_wrapper = hook_protocol("udp", "UDP (steering aware)", "cats.wrapper.udp");
}

void udp_datagram_handoff(void)
{
    udp = hook_in_front("ip.proto", IP_PROTO_UDP, dissect_udp, proto_wrapper);
}
