/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The affinity option on the kernel's own TCP: on the FIN of a socket that has one in `to_send`; what a
 * peer's FIN has goes to `received`. Loaded by kernel-affinity. Spec:
 * draft-wang-tcpm-tcp-service-affinity-option; bpf-helpers(7) (bpf_reserve_hdr_opt, bpf_store_hdr_opt,
 * bpf_load_hdr_opt). */
#include "epan-cats/numbers.h"
#include "kernel-affinity.h"

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define FIN 0x01

char terms[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_SK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct kernel_affinity_option);
} to_send SEC(".maps"), received SEC(".maps");

static struct kernel_affinity_option *option_of(struct bpf_sock_ops *ops)
{
    struct bpf_sock *socket = ops->sk;
    return socket != 0 ? bpf_sk_storage_get(&to_send, socket, 0, 0) : 0;
}

/* Room on the FIN; and in what the stack takes for the room of any segment, so that a FIN on a full one fits.
 */
static void reserve(struct bpf_sock_ops *ops)
{
    const struct kernel_affinity_option *option = option_of(ops);
    if (option != 0 && (ops->args[0] == BPF_WRITE_HDR_TCP_CURRENT_MSS || (ops->skb_tcp_flags & FIN) != 0))
        bpf_reserve_hdr_opt(ops, option->octets[1], 0);
}

/* The verifier wants lengths that it knows. */
static void write(struct bpf_sock_ops *ops)
{
    const struct kernel_affinity_option *option = option_of(ops);
    if (option == 0 || (ops->skb_tcp_flags & FIN) == 0)
        return;
    if (option->octets[1] == KERNEL_AFFINITY_IPV6)
        bpf_store_hdr_opt(ops, option->octets, KERNEL_AFFINITY_IPV6, 0);
    else
        bpf_store_hdr_opt(ops, option->octets, KERNEL_AFFINITY_IPV4, 0);
}

static void read(struct bpf_sock_ops *ops)
{
    struct kernel_affinity_option option = { .octets = { AFFINITY_KIND_DEFAULT } };
    struct bpf_sock *socket = ops->sk;
    if (socket == 0 || (ops->skb_tcp_flags & FIN) == 0 ||
        bpf_load_hdr_opt(ops, option.octets, sizeof option.octets, 0) < 0)
        return;
    struct kernel_affinity_option *kept =
        bpf_sk_storage_get(&received, socket, 0, BPF_SK_STORAGE_GET_F_CREATE);
    if (kept != 0)
        *kept = option;
}

SEC("sockops") int affinity(struct bpf_sock_ops *ops)
{
    switch (ops->op) {
    case BPF_SOCK_OPS_TCP_CONNECT_CB:
    case BPF_SOCK_OPS_TCP_LISTEN_CB:
    case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
        bpf_sock_ops_cb_flags_set(ops, ops->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG |
                                           BPF_SOCK_OPS_PARSE_UNKNOWN_HDR_OPT_CB_FLAG);
        break;
    case BPF_SOCK_OPS_HDR_OPT_LEN_CB:
        reserve(ops);
        break;
    case BPF_SOCK_OPS_WRITE_HDR_OPT_CB:
        write(ops);
        break;
    case BPF_SOCK_OPS_PARSE_HDR_OPT_CB:
        read(ops);
        break;
    }
    return 1;
}
