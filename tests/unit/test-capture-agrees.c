/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our reading of captures against libpcap's: the same frames and the same end, of samples and of damaged
 * ones. */
#include "capture-tools/io/capture-reader.h"
#include "epan-cats/capture-time.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <pcap/pcap.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 4000, CHANGES_MAX = 6, SAMPLE_MAX = 9000 };

static char *path;

static void write_octets(const char *octets, size_t length)
{
    int file = g_open(path, O_WRONLY | O_CREAT, 0600);
    g_assert_cmpint(write(file, octets, length), ==, (gssize)length);
    g_assert_cmpint(ftruncate(file, (off_t)length), ==, 0);
    g_assert_cmpint(close(file), ==, 0);
}

/* libpcap takes no interfaces that differ, and no section in another byte order: there it may see less. */
static bool is_stricter(const char *error)
{
    static const char *const texts[] = { "different from the", "different byte orders" };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        if (strstr(error, texts[i]) != NULL)
            return true;
    return false;
}

static void assert_same(const struct pcap_pkthdr *header, const u_char *data, const capture_frame *frame)
{
    g_assert_cmpuint(frame->captured, ==, header->caplen);
    g_assert_cmpuint(frame->wire, ==, header->len);
    g_assert_cmpint(frame->time_ns, ==, capture_time_of(header->ts.tv_sec, header->ts.tv_usec));
    g_assert_true(memcmp(frame->data, data, header->caplen) == 0);
}

/* True when both read the file alike. */
static void compare(void)
{
    char error[PCAP_ERRBUF_SIZE] = "";
    g_autoptr(GError) refusal = NULL;
    pcap_t *theirs = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, error);
    capture_reader *ours = capture_reader_open(path, NULL, &refusal);
    if (theirs == NULL || ours == NULL) {
        g_test_message("libpcap: %s; ours: %s", theirs == NULL ? error : "opens it",
                       ours == NULL ? refusal->message : "opens it");
        bool link_type = refusal != NULL && g_error_matches(refusal, CAPTURE_ERROR, CAPTURE_ERROR_LINK_TYPE);
        g_assert_true(link_type || ((theirs == NULL) == (ours == NULL)));
    } else {
        struct pcap_pkthdr *header;
        const u_char *data;
        capture_frame frame;
        int status;
        while ((status = pcap_next_ex(theirs, &header, &data)) == 1) {
            g_assert_cmpint(capture_reader_next(ours, &frame), ==, CAPTURE_FRAME);
            assert_same(header, data, &frame);
            g_assert_true(frame.link_type == pcap_datalink(theirs) || frame.has_interface);
        }
        if (!is_stricter(pcap_geterr(theirs)))
            g_assert_cmpint(capture_reader_next(ours, &frame), ==,
                            status == PCAP_ERROR_BREAK ? CAPTURE_END : CAPTURE_BROKEN);
    }
    capture_reader_close(ours);
    if (theirs != NULL)
        pcap_close(theirs);
}

static char *sample(const char *name, gsize *length)
{
    g_autofree char *from = g_build_filename(CATSHARK_SAMPLES, name, NULL);
    char *octets = NULL;
    g_assert_true(g_file_get_contents(from, &octets, length, NULL));
    *length = MIN(*length, SAMPLE_MAX);
    return octets;
}

/* Most damage where the structure is: at the beginning, and in the words that say lengths. */
static void test_damaged(const void *name)
{
    gsize length;
    g_autofree char *octets = sample(name, &length);
    write_octets(octets, length);
    compare();
    for (unsigned round = 0; round < ROUNDS; round++) {
        g_autofree char *copy = g_memdup2(octets, length);
        gsize cut =
            g_test_rand_int_range(0, 4) == 0 ? (gsize)g_test_rand_int_range(0, (gint32)length) : length;
        for (int changes = g_test_rand_int_range(1, CHANGES_MAX); changes > 0; changes--) {
            gint32 within = g_test_rand_bit() ? 600 : (gint32)length;
            copy[g_test_rand_int_range(0, within)] =
                g_test_rand_bit() ? (char)g_test_rand_int() : (char)g_test_rand_int_range(0, 4);
        }
        write_octets(copy, cut);
        compare();
    }
}

/* The rare forms, which libpcap reads for us: another version, a modified format, frame check sequences. */
static void test_rare(void)
{
    static const struct {
        size_t at;
        char value;
    } changes[] = { { 6, 3 }, { 0, 0x34 }, { 23, 0x10 }, { 23, 0x24 }, { 22, 1 }, { 4, 3 } };
    gsize length;
    g_autofree char *octets = sample("sa-200-100-client.pcap", &length);
    for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
        g_autofree char *copy = g_memdup2(octets, length);
        copy[changes[i].at] = changes[i].value;
        write_octets(copy, length);
        compare();
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    close(g_file_open_tmp("agrees-XXXXXX", &path, NULL));
    static const char *const names[] = { "sa-200-100-pe.pcap", "bgp-ebgp.pcap",
                                         "simulated-first-light.pcapng" };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *test = g_strdup_printf("/capture-agrees/damaged/%s", names[i]);
        g_test_add_data_func(test, names[i], test_damaged);
    }
    g_test_add_func("/capture-agrees/rare", test_rare);
    int status = g_test_run();
    g_unlink(path);
    g_free(path);
    return status;
}
