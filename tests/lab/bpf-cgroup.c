/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the cgroup, attaches the program, and waits for the process in it. Spec: cgroups(7), libbpf. */
#include "bpf-cgroup.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATH_ROOM 512
#define TROUBLE 2

/* Of the process that waits, for its signal handler. */
static volatile pid_t child;

static void pass_on(int number)
{
    if (child > 0)
        kill(child, number);
}

static bool complain(const char *what)
{
    fprintf(stderr, "kernel-affinity: %s: %s\n", what, strerror(errno));
    return false;
}

/* A folder in the first cgroup2 file system, named after this process. */
static bool make_cgroup(char path[PATH_ROOM])
{
    FILE *mounts = setmntent("/proc/mounts", "r");
    struct mntent *entry = NULL;
    while (mounts != NULL && (entry = getmntent(mounts)) != NULL && strcmp(entry->mnt_type, "cgroup2") != 0)
        ;
    if (entry == NULL) {
        errno = ENOENT;
        return complain("a cgroup2 file system");
    }
    snprintf(path, PATH_ROOM, "%s/catshark-lab-%ld", entry->mnt_dir, (long)getpid());
    endmntent(mounts);
    return mkdir(path, 0755) == 0 || complain(path);
}

static bool enter_cgroup(const char *path)
{
    char file[PATH_ROOM + sizeof "/cgroup.procs"];
    snprintf(file, sizeof file, "%s/cgroup.procs", path);
    int fd = open(file, O_WRONLY | O_CLOEXEC);
    bool entered = fd >= 0 && write(fd, "0", 1) == 1;
    if (fd >= 0)
        close(fd);
    return entered || complain(file);
}

static bool attach(struct bpf_object *object, const char *path)
{
    int cgroup = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct bpf_program *program = bpf_object__find_program_by_name(object, "affinity");
    if (cgroup < 0 || program == NULL || bpf_program__attach_cgroup(program, cgroup) == NULL)
        return complain("attaching the program");
    close(cgroup);
    return true;
}

static int wait_for_child(void)
{
    const struct sigaction passing = { .sa_handler = pass_on };
    int status;
    sigaction(SIGINT, &passing, NULL);
    sigaction(SIGTERM, &passing, NULL);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return TROUBLE;
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    return WTERMSIG(status) == SIGALRM ? TROUBLE : 0; /* a client that waited too long */
}

static int run_in(const char *path, const bpf_cgroup_maps *maps,
                  int (*body)(const bpf_cgroup_maps *maps, char **argv), char **argv)
{
    child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        exit(enter_cgroup(path) ? body(maps, argv) : TROUBLE);
    }
    return child > 0 ? wait_for_child() : TROUBLE;
}

/* What the body forked may still be on its way out of the cgroup. */
static void remove_cgroup(const char *path)
{
    for (int tries = 0; rmdir(path) != 0 && errno == EBUSY && tries < 200; tries++)
        usleep(10000);
}

int bpf_cgroup_run(int (*body)(const bpf_cgroup_maps *maps, char **argv), char **argv)
{
    char path[PATH_ROOM];
    int status = TROUBLE;
    struct bpf_object *object = bpf_object__open_file(KERNEL_AFFINITY_OBJECT, NULL);
    if (object == NULL || bpf_object__load(object) != 0) {
        complain("loading " KERNEL_AFFINITY_OBJECT);
        return TROUBLE;
    }
    if (!make_cgroup(path))
        return TROUBLE;
    if (attach(object, path)) {
        const bpf_cgroup_maps maps = { bpf_object__find_map_fd_by_name(object, "to_send"),
                                       bpf_object__find_map_fd_by_name(object, "received") };
        status = run_in(path, &maps, body, argv);
    }
    remove_cgroup(path);
    bpf_object__close(object);
    return status;
}
