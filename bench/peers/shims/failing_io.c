// failing_io: a library to preload (LD_PRELOAD) that makes a write or a sync of one file fail.
//
//   FAILING_PATH   the file, by the beginning of its path: the -wal and -shm beside it are meant, too
//   FAILING_CALL   the number of the call that fails, from 1
//   FAILING_ERRNO  what it fails with
//   FAILING_STAYS  1: all later calls fail, too
//   FAILING_SEEN   a file that is made when a call failed

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static bool is_meant(int fd) {
    const char *wanted = getenv("FAILING_PATH");
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (wanted == NULL || length < 0) return false;
    path[length] = '\0';
    return strncmp(path, wanted, strlen(wanted)) == 0;
}

static bool fails(int fd) {
    static int calls;
    if (!is_meant(fd)) return false;
    int wanted = atoi(getenv("FAILING_CALL"));
    const char *stays = getenv("FAILING_STAYS");
    calls++;
    if (calls != wanted && !(stays != NULL && *stays == '1' && calls > wanted)) return false;
    close(open(getenv("FAILING_SEEN"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    errno = atoi(getenv("FAILING_ERRNO"));
    return true;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *bytes, size_t count) { return fails(fd) ? -1 : REAL(write)(fd, bytes, count); }

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
    return fails(fd) ? -1 : REAL(pwrite)(fd, bytes, count, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    return fails(fd) ? -1 : REAL(pwrite64)(fd, bytes, count, offset);
}

int fsync(int fd) { return fails(fd) ? -1 : REAL(fsync)(fd); }

int fdatasync(int fd) { return fails(fd) ? -1 : REAL(fdatasync)(fd); }

int ftruncate(int fd, off_t length) { return fails(fd) ? -1 : REAL(ftruncate)(fd, length); }

int ftruncate64(int fd, off64_t length) { return fails(fd) ? -1 : REAL(ftruncate64)(fd, length); }
