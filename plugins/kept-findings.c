/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts are as long as they are: most findings have short ones. */
#include "kept-findings.h"

#include "block-array.h"

typedef struct kept_finding {
    cats_rule_id rule;
    bool is_last; /* of its list */
    char *text;
} kept_finding;

struct kept_findings {
    block_array *findings; /* kept_finding, list by list */
    GStringChunk *texts;
};

kept_findings *kept_findings_new(void)
{
    kept_findings *kept = g_new(kept_findings, 1);
    kept->findings = block_array_new(sizeof(kept_finding));
    kept->texts = g_string_chunk_new(CATS_FINDING_TEXT);
    return kept;
}

void kept_findings_free(kept_findings *kept)
{
    if (kept == NULL)
        return;
    block_array_free(kept->findings);
    g_string_chunk_free(kept->texts);
    g_free(kept);
}

uint32_t kept_findings_add(kept_findings *kept, const cats_findings *findings)
{
    uint32_t index = block_array_count(kept->findings);
    for (unsigned i = 0; i < findings->count; i++)
        *(kept_finding *)block_array_need(kept->findings, index + i) =
            (kept_finding){ .rule = findings->list[i].rule,
                            .is_last = i + 1 == findings->count,
                            .text = g_string_chunk_insert(kept->texts, findings->list[i].text) };
    return index;
}

const cats_findings *kept_findings_get(const kept_findings *kept, uint32_t index, const packet_info *pinfo)
{
    cats_findings *list = wmem_new(pinfo->pool, cats_findings);
    const kept_finding *finding;
    cats_findings_clear(list);
    do {
        finding = block_array_at(kept->findings, index++);
        cats_findings_add(list, finding->rule, "%s", finding->text);
    } while (!finding->is_last);
    return list;
}
