// measure: runs a command and writes `NANOSECONDS PEAK_KILOBYTES EXIT_CODE` to a file.
//
//   measure REPORT COMMAND [ARGUMENT...]
//
// A child's peak memory as wait4() tells it includes that of the process which forked it. This
// parent is tiny, so that small programs are told from large ones.

#define _GNU_SOURCE
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static long long monotonic_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (long long)time.tv_sec * 1000000000 + time.tv_nsec;
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: measure REPORT COMMAND [ARGUMENT...]\n");
        return 2;
    }
    pid_t child;
    long long start = monotonic_ns();
    int error = posix_spawnp(&child, argv[2], NULL, NULL, argv + 2, environ);
    if (error != 0) {
        fprintf(stderr, "measure: %s: %s\n", argv[2], strerror(error));
        return 127;
    }
    int status;
    struct rusage usage;
    while (wait4(child, &status, 0, &usage) < 0)
        if (errno != EINTR) return 1;
    long long end = monotonic_ns();
    FILE *report = fopen(argv[1], "w");
    if (report == NULL) {
        fprintf(stderr, "measure: %s: %s\n", argv[1], strerror(errno));
        return 1;
    }
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    fprintf(report, "%lld %ld %d\n", end - start, usage.ru_maxrss, code);
    return fclose(report) == 0 ? 0 : 1;
}
