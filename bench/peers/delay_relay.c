// delay_relay: joins two network namespaces by a pair of TUN devices, and holds every packet for
// DELAY_MS, and up to JITTER_MS more, in either direction: the round trip is at least twice that.
// Jitter is drawn for each packet, so packets may overtake one another. (For kernels without netem.)
// With OTHER_MS and EVERY_MS the delay is by turns the one and the other, each for so long.
//
//   delay_relay NS_A DEV_A NS_B DEV_B DELAY_MS [JITTER_MS [OTHER_MS EVERY_MS]]
//
// NS_A and NS_B are names under /run/netns or paths such as /proc/PID/ns/net. Prints `ready` once
// both devices exist; their addresses and routes are the caller's business. On SIGTERM or SIGINT
// it says on stderr how many packets it carried and dropped, if its queue was ever full.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum {
    queue_packets = 1 << 16, // in flight in one direction: 100,000 packets/s for 0.65 s
    packet_bytes = 2048,
    device_queue = 20000, // packets that the kernel keeps until they are read
    reads_at_once = 512,
};

enum watched { read_forward, read_backward, timer_forward, timer_backward, signals };

struct packet {
    uint32_t length;
    unsigned char bytes[packet_bytes];
};

struct place {
    int64_t due;
    uint64_t number; // of those due at the same time the first comes first
    uint32_t packet;
};

// One direction: packets read from one device wait to be written to the other.
struct direction {
    int from, to;
    int timer;
    int64_t timer_due; // 0 when it is not set
    struct packet *packets;
    struct place *places; // the first `waiting` are a heap, the one due first on top; the others are free
    uint32_t waiting;
    uint64_t taken, carried, dropped_full, dropped_write;
};

static void die(const char *what) {
    fprintf(stderr, "delay_relay: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t monotonic_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

// What the way does to a packet; 0 for `every_ns` where the delay stays.
struct way {
    int64_t begin_ns, delay_ns, jitter_ns, other_ns, every_ns;
};

static int64_t delay_at(const struct way *way, int64_t now) {
    bool is_other = way->every_ns != 0 && (now - way->begin_ns) / way->every_ns % 2 == 1;
    double share = (double)rand() / RAND_MAX;
    return (is_other ? way->other_ns : way->delay_ns) + (int64_t)(share * (double)way->jitter_ns);
}

// --- devices ---------------------------------------------------------------------------------

static void enter_namespace(const char *name) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s%s", strchr(name, '/') ? "" : "/run/netns/", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || setns(fd, CLONE_NEWNET) < 0) die(path);
    close(fd);
}

static void enlarge_queue(const char *device) {
    struct ifreq request = {.ifr_qlen = device_queue};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", device);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || ioctl(fd, SIOCSIFTXQLEN, &request) < 0) die("SIOCSIFTXQLEN");
    close(fd);
}

// The descriptor goes on working after the return to the first namespace.
static int create_device(const char *namespace, const char *device) {
    int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (home < 0) die("/proc/self/ns/net");
    enter_namespace(namespace);
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) die("/dev/net/tun");
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", device);
    if (ioctl(fd, TUNSETIFF, &request) < 0) die("TUNSETIFF");
    enlarge_queue(device);
    if (setns(home, CLONE_NEWNET) < 0) die("setns");
    close(home);
    return fd;
}

// --- the heap --------------------------------------------------------------------------------

static bool comes_first(const struct place *a, const struct place *b) {
    return a->due != b->due ? a->due < b->due : a->number < b->number;
}

static void swap(struct direction *d, uint32_t a, uint32_t b) {
    struct place kept = d->places[a];
    d->places[a] = d->places[b];
    d->places[b] = kept;
}

// Lets the packet of the first free place wait until it is due.
static void push(struct direction *d, int64_t due) {
    uint32_t at = d->waiting++;
    d->places[at].due = due;
    d->places[at].number = d->taken++;
    for (; at > 0 && comes_first(&d->places[at], &d->places[(at - 1) / 2]); at = (at - 1) / 2)
        swap(d, at, (at - 1) / 2);
}

// Frees the place of the packet that is due first.
static void pop(struct direction *d) {
    swap(d, 0, --d->waiting);
    for (uint32_t at = 0;;) {
        uint32_t first = at;
        for (uint32_t child = 2 * at + 1; child <= 2 * at + 2 && child < d->waiting; child++)
            if (comes_first(&d->places[child], &d->places[first])) first = child;
        if (first == at) return;
        swap(d, at, first);
        at = first;
    }
}

// --- packets ---------------------------------------------------------------------------------

static void set_timer(struct direction *d) {
    if (d->waiting == 0) return;
    int64_t due = d->places[0].due;
    if (d->timer_due != 0 && d->timer_due <= due) return;
    struct itimerspec when = {
        .it_value = {.tv_sec = due / 1000000000, .tv_nsec = due % 1000000000}};
    if (timerfd_settime(d->timer, TFD_TIMER_ABSTIME, &when, NULL) < 0) die("timerfd_settime");
    d->timer_due = due;
}

static void take_packets(struct direction *d, const struct way *way) {
    static unsigned char discarded[packet_bytes];
    int64_t now = monotonic_ns();
    for (int n = 0; n < reads_at_once; n++) {
        bool full = d->waiting == queue_packets;
        struct packet *packet = full ? NULL : &d->packets[d->places[d->waiting].packet];
        ssize_t length = read(d->from, full ? discarded : packet->bytes, packet_bytes);
        if (length < 0) {
            if (errno == EAGAIN || errno == EINTR) break;
            die("read");
        }
        if (full) {
            d->dropped_full++;
            continue;
        }
        packet->length = (uint32_t)length;
        push(d, now + delay_at(way, now));
    }
    set_timer(d);
}

static void deliver_packets(struct direction *d) {
    uint64_t expirations;
    if (read(d->timer, &expirations, sizeof expirations) < 0 && errno != EAGAIN) die("timer");
    d->timer_due = 0;
    int64_t now = monotonic_ns();
    for (int n = 0; n < reads_at_once && d->waiting > 0 && d->places[0].due <= now; n++) {
        struct packet *packet = &d->packets[d->places[0].packet];
        if (write(d->to, packet->bytes, packet->length) == (ssize_t)packet->length)
            d->carried++;
        else
            d->dropped_write++; // the device is down, or the packet malformed
        pop(d);
    }
    set_timer(d);
}

// --- the command -----------------------------------------------------------------------------

static void watch(int poll, int fd, enum watched what) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = what};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event) < 0) die("EPOLL_CTL_ADD");
}

static void open_direction(struct direction *d, int from, int to) {
    d->from = from;
    d->to = to;
    d->packets = calloc(queue_packets, sizeof *d->packets);
    d->places = calloc(queue_packets, sizeof *d->places);
    d->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (d->packets == NULL || d->places == NULL || d->timer < 0) die("no memory or no timer");
    for (uint32_t n = 0; n < queue_packets; n++) d->places[n].packet = n;
}

static int catch_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int fd = signalfd(-1, &set, SFD_CLOEXEC);
    if (fd < 0) die("signalfd");
    return fd;
}

static void report(const char *name, const struct direction *d) {
    if (d->dropped_full == 0) return;
    fprintf(stderr, "delay_relay: %s: %llu carried, %llu dropped (%llu queue full, %llu refused)\n",
            name, (unsigned long long)d->carried,
            (unsigned long long)(d->dropped_full + d->dropped_write),
            (unsigned long long)d->dropped_full, (unsigned long long)d->dropped_write);
}

// The numbers after the devices, or false.
static bool parse_way(struct way *way, char **words, int count) {
    int64_t *fields[] = {&way->delay_ns, &way->jitter_ns, &way->other_ns, &way->every_ns};
    if (count != 1 && count != 2 && count != 4) return false;
    for (int n = 0; n < count; n++) {
        char *end = NULL;
        double ms = strtod(words[n], &end);
        if (end == words[n] || *end != '\0' || !(ms >= 0 && ms <= 10000)) return false;
        *fields[n] = (int64_t)(ms * 1e6);
    }
    return true;
}

int main(int argc, char **argv) {
    struct way way = {.begin_ns = monotonic_ns()};
    if (argc < 6 || !parse_way(&way, argv + 5, argc - 5)) {
        fprintf(stderr, "usage: delay_relay NS_A DEV_A NS_B DEV_B DELAY_MS [JITTER_MS [OTHER_MS EVERY_MS]]\n");
        return 2;
    }
    int signal_fd = catch_signals();
    int a = create_device(argv[1], argv[2]);
    int b = create_device(argv[3], argv[4]);
    struct direction forward = {0}, backward = {0};
    open_direction(&forward, a, b);
    open_direction(&backward, b, a);
    int poll = epoll_create1(EPOLL_CLOEXEC);
    if (poll < 0) die("epoll_create1");
    watch(poll, a, read_forward);
    watch(poll, b, read_backward);
    watch(poll, forward.timer, timer_forward);
    watch(poll, backward.timer, timer_backward);
    watch(poll, signal_fd, signals);
    printf("ready\n");
    fflush(stdout);
    for (;;) {
        struct epoll_event events[8];
        int count = epoll_wait(poll, events, 8, -1);
        if (count < 0 && errno != EINTR) die("epoll_wait");
        for (int i = 0; i < count; i++) {
            switch ((enum watched)events[i].data.u32) {
            case read_forward: take_packets(&forward, &way); break;
            case read_backward: take_packets(&backward, &way); break;
            case timer_forward: deliver_packets(&forward); break;
            case timer_backward: deliver_packets(&backward); break;
            case signals:
                report("a to b", &forward);
                report("b to a", &backward);
                return 0;
            }
        }
    }
}
