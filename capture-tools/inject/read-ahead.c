/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A thread that reads and prepares, and a list of blocks between it and the sender. The sender sees a frame
 * by the block's count of octets, without a lock; blocks come and go under one. */
#include "read-ahead.h"

#include "capture-tools/cli.h"

enum {
    BLOCK_OCTETS = 1 << 20, /* at least READ_AHEAD_HOLD: what is held spans two blocks at most */
    ALIGNMENT = 8,
    WAIT_MILLISECONDS = 20
};
G_STATIC_ASSERT((unsigned)BLOCK_OCTETS >= READ_AHEAD_HOLD);

typedef struct block {
    struct block *next; /* atomic: set when the reader has done with this one */
    uint32_t used;      /* atomic: octets of whole frames */
    uint32_t size;
    _Alignas(ALIGNMENT) uint8_t octets[];
} block;

struct read_ahead {
    preparer *preparer;
    uint64_t limit, passes;
    bool live;
    GThread *thread;
    GMutex mutex;
    GCond cond;
    /* Under the mutex. */
    uint64_t held;
    bool overflow; /* not all fits: what was sent is given back */
    bool ended, failed, refused, stop;
    char *message;
    /* Whether somebody waits: atomic. */
    int waits;
    /* The reader's. */
    block *last;
    /* The sender's. */
    block *first, *previous, *current;
    uint32_t at;
};

/* ---- the reader ---- */

static block *block_new(uint32_t size)
{
    block *b = g_malloc(sizeof(block) + size);
    b->next = NULL;
    b->used = 0;
    b->size = size;
    return b;
}

static void tell(read_ahead *r)
{
    g_mutex_lock(&r->mutex);
    g_cond_broadcast(&r->cond);
    g_mutex_unlock(&r->mutex);
}

/* A further block, once there is room for it. False when nobody wants it any more. */
static bool next_block(read_ahead *r, uint32_t octets)
{
    uint32_t size = MAX(octets, (uint32_t)BLOCK_OCTETS);
    g_mutex_lock(&r->mutex);
    while (!r->stop && r->held + size > r->limit) {
        r->overflow = true;
        g_cond_broadcast(&r->cond);
        g_cond_wait(&r->cond, &r->mutex);
    }
    bool wanted = !r->stop;
    r->held += wanted ? size : 0;
    g_mutex_unlock(&r->mutex);
    if (!wanted)
        return false;
    block *b = block_new(size);
    g_atomic_pointer_set(&r->last->next, b);
    r->last = b;
    return true;
}

/* Room for a frame of so many octets, which is not seen before publish(). NULL: stop. */
static ready_frame *reserve(read_ahead *r, uint32_t length)
{
    uint32_t octets = (uint32_t)sizeof(ready_frame) + length + ALIGNMENT;
    if (r->last->size - r->last->used < octets && !next_block(r, octets))
        return NULL;
    return (ready_frame *)(void *)(r->last->octets + r->last->used);
}

static uint32_t octets_of(const ready_frame *frame)
{
    return ((uint32_t)sizeof(ready_frame) + frame->length + ALIGNMENT - 1) & ~(ALIGNMENT - 1u);
}

static void publish(read_ahead *r, const ready_frame *frame)
{
    g_atomic_int_set(&r->last->used, r->last->used + octets_of(frame));
    if (g_atomic_int_get(&r->waits) != 0)
        tell(r);
}

static void end(read_ahead *r, char *message, bool refused)
{
    g_mutex_lock(&r->mutex);
    r->ended = true;
    r->failed = message != NULL;
    r->refused = refused;
    r->message = message;
    g_cond_broadcast(&r->cond);
    g_mutex_unlock(&r->mutex);
}

static bool is_stopped(read_ahead *r, bool *overflow)
{
    g_mutex_lock(&r->mutex);
    bool stop = r->stop;
    *overflow = r->overflow;
    g_mutex_unlock(&r->mutex);
    return stop;
}

/* One pass over the source. */
static capture_status read_pass(read_ahead *r)
{
    source_frame frame;
    capture_status status;
    while ((status = frame_source_next(r->preparer->source, &frame)) == CAPTURE_FRAME) {
        ready_frame *ready = reserve(r, frame.captured + REWRITE_GROWTH);
        if (ready == NULL)
            return CAPTURE_END;
        preparer_take(r->preparer, &frame, ready);
        publish(r, ready);
    }
    return status;
}

/* True when the source was set to its beginning for a further pass. */
static bool begin_again(read_ahead *r, char **message)
{
    g_autoptr(GError) error = NULL;
    ready_frame *mark = reserve(r, 0);
    if (mark == NULL)
        return false;
    *mark = (ready_frame){ .kind = READY_END_OF_PASS };
    publish(r, mark);
    if (frame_source_rewind(r->preparer->source, &error))
        return true;
    *message = g_strdup(error->message);
    return false;
}

static gpointer read_all(gpointer data)
{
    read_ahead *r = data;
    char *message = NULL;
    bool refused = false;
    for (uint64_t pass = 1;; pass++) {
        bool overflow, broken = read_pass(r) == CAPTURE_BROKEN;
        if (is_stopped(r, &overflow))
            break;
        message =
            broken ? g_strdup(frame_source_message(r->preparer->source)) : preparer_missing(r->preparer);
        refused = !broken && message != NULL && !overflow;
        if (message != NULL || !overflow || pass == r->passes || !begin_again(r, &message))
            break;
    }
    end(r, message, refused);
    return NULL;
}

/* ---- the sender ---- */

read_ahead *read_ahead_start(preparer *p, uint64_t limit, uint64_t passes)
{
    read_ahead *r = g_new0(read_ahead, 1);
    r->preparer = p;
    r->limit = MAX(limit, READ_AHEAD_MIN);
    r->passes = passes;
    r->live = frame_source_is_live(p->source);
    g_mutex_init(&r->mutex);
    g_cond_init(&r->cond);
    r->first = r->current = r->last = block_new(BLOCK_OCTETS);
    r->held = BLOCK_OCTETS;
    r->thread = g_thread_new("read-ahead", read_all, r);
    return r;
}

/* Under the mutex. */
static void wait_a_little(read_ahead *r)
{
    g_cond_wait_until(&r->cond, &r->mutex,
                      g_get_monotonic_time() + WAIT_MILLISECONDS * G_TIME_SPAN_MILLISECOND);
}

bool read_ahead_fill(read_ahead *r)
{
    g_mutex_lock(&r->mutex);
    while (!cli_interrupted() && !r->ended && !r->overflow &&
           !(r->live && g_atomic_int_get(&r->first->used) != 0))
        wait_a_little(r);
    g_mutex_unlock(&r->mutex);
    return !cli_interrupted();
}

bool read_ahead_refused(read_ahead *r)
{
    g_mutex_lock(&r->mutex);
    bool refused = r->refused;
    g_mutex_unlock(&r->mutex);
    return refused;
}

/* Under the mutex: gives back all blocks up to the one before the current one, which is held. */
static void give_back(read_ahead *r)
{
    block *keep = r->previous != NULL ? r->previous : r->current;
    if (!r->overflow)
        return;
    while (r->first != keep) {
        block *gone = r->first;
        r->first = gone->next;
        r->held -= gone->size;
        g_free(gone);
    }
    g_cond_broadcast(&r->cond);
}

static bool advance(read_ahead *r)
{
    block *next = g_atomic_pointer_get(&r->current->next);
    if (next == NULL)
        return false;
    r->previous = r->current;
    r->current = next;
    r->at = 0;
    g_mutex_lock(&r->mutex);
    give_back(r);
    g_mutex_unlock(&r->mutex);
    return true;
}

static read_ahead_state state_at_end(read_ahead *r)
{
    g_mutex_lock(&r->mutex);
    /* What was published before the end was told is seen now. */
    bool more = r->at < (uint32_t)g_atomic_int_get(&r->current->used) ||
                g_atomic_pointer_get(&r->current->next) != NULL;
    read_ahead_state state = more || !r->ended ? READ_AHEAD_WAIT
                             : r->failed       ? READ_AHEAD_FAILED
                                               : READ_AHEAD_PASS;
    g_mutex_unlock(&r->mutex);
    return state;
}

read_ahead_state read_ahead_next(read_ahead *r, const ready_frame **frame)
{
    while (r->at == (uint32_t)g_atomic_int_get(&r->current->used)) {
        block *next = g_atomic_pointer_get(&r->current->next);
        /* The block's last frames are published before its successor. */
        if (r->at != (uint32_t)g_atomic_int_get(&r->current->used))
            break;
        if (next == NULL || !advance(r))
            return state_at_end(r);
    }
    const ready_frame *found = (const ready_frame *)(const void *)(r->current->octets + r->at);
    r->at += octets_of(found);
    if (found->kind == READY_END_OF_PASS)
        return READ_AHEAD_PASS;
    *frame = found;
    return READ_AHEAD_FRAME;
}

void read_ahead_wait(read_ahead *r)
{
    g_mutex_lock(&r->mutex);
    g_atomic_int_set(&r->waits, 1);
    give_back(r);
    if (r->at == (uint32_t)g_atomic_int_get(&r->current->used) &&
        g_atomic_pointer_get(&r->current->next) == NULL && !r->ended)
        wait_a_little(r);
    g_atomic_int_set(&r->waits, 0);
    g_mutex_unlock(&r->mutex);
}

/* With an overflow the reader reads the source again, and the next frame follows anyway. */
void read_ahead_again(read_ahead *r)
{
    g_mutex_lock(&r->mutex);
    if (!r->overflow) {
        r->current = r->first;
        r->previous = NULL;
        r->at = 0;
    }
    g_mutex_unlock(&r->mutex);
}

const char *read_ahead_message(const read_ahead *r)
{
    return r->message;
}

bool read_ahead_free(read_ahead *r)
{
    g_mutex_lock(&r->mutex);
    r->stop = true;
    bool ended = r->ended || !r->live;
    g_cond_broadcast(&r->cond);
    g_mutex_unlock(&r->mutex);
    if (!ended)
        return false;
    g_thread_join(r->thread);
    while (r->first != NULL) {
        block *gone = r->first;
        r->first = gone->next;
        g_free(gone);
    }
    g_mutex_clear(&r->mutex);
    g_cond_clear(&r->cond);
    g_free(r->message);
    g_free(r);
    return true;
}
