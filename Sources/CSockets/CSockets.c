#define _GNU_SOURCE
#include "CSockets.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h> // linux/errqueue.h uses struct timespec and does not declare it
#include <unistd.h>

#include <linux/errqueue.h>
#include <linux/rtnetlink.h>

enum { max_events = 512 };

static int result(int value) { return value < 0 ? -errno : value; }

static socklen_t fill(struct sockaddr_storage *storage, const csockets_address *address, uint16_t port) {
    if (address->v6) {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)storage;
        *six = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(port)};
        memcpy(&six->sin6_addr, address->bytes, 16);
        return sizeof *six;
    }
    struct sockaddr_in *four = (struct sockaddr_in *)storage;
    *four = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
    memcpy(&four->sin_addr, address->bytes, 4);
    return sizeof *four;
}

int csockets_tcp_socket(bool v6) {
    int descriptor = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    int on = 1;
    int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP, option = v6 ? IPV6_RECVERR : IP_RECVERR;
    if (setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) < 0
        || setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0
        || setsockopt(descriptor, level, option, &on, sizeof on) < 0) {
        int code = errno;
        close(descriptor);
        return -code;
    }
    return descriptor;
}

uint16_t csockets_local_port(int descriptor) {
    struct sockaddr_storage storage;
    socklen_t length = sizeof storage;
    if (getsockname(descriptor, (struct sockaddr *)&storage, &length) < 0) return 0;
    // sin_port and sin6_port stand at the same place.
    return ntohs(((struct sockaddr_in *)&storage)->sin_port);
}

int csockets_bind(int descriptor, bool v6, uint16_t port) {
    csockets_address any = {.v6 = v6};
    struct sockaddr_storage storage;
    socklen_t length = fill(&storage, &any, port);
    return result(bind(descriptor, (struct sockaddr *)&storage, length));
}

int csockets_connect(int descriptor, const csockets_address *address, uint16_t port) {
    struct sockaddr_storage storage;
    socklen_t length = fill(&storage, address, port);
    return result(connect(descriptor, (struct sockaddr *)&storage, length));
}

int csockets_close(int descriptor) { return result(close(descriptor)); }

int csockets_epoll_create(void) { return result(epoll_create1(EPOLL_CLOEXEC)); }

int csockets_epoll_add(int epoll, int descriptor, uint64_t token, bool reads) {
    uint32_t wanted = EPOLLOUT | EPOLLET | (reads ? EPOLLIN | EPOLLRDHUP : 0);
    struct epoll_event event = {.events = wanted, .data.u64 = token};
    return result(epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event));
}

int csockets_epoll_wait(int epoll, uint64_t *tokens, int capacity, int timeout_ms) {
    struct epoll_event raw[max_events];
    int count = epoll_wait(epoll, raw, capacity < max_events ? capacity : max_events, timeout_ms);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++) tokens[i] = raw[i].data.u64;
    return count;
}

int csockets_send(int descriptor, const uint8_t *bytes, size_t count) {
    return result((int)send(descriptor, bytes, count, MSG_NOSIGNAL));
}

int csockets_receive(int descriptor, uint8_t *bytes, size_t capacity) {
    return result((int)recv(descriptor, bytes, capacity, 0));
}

int csockets_icmp_error(int descriptor, bool *v6, uint8_t *type, uint8_t *code) {
    uint8_t payload[1], control[256];
    struct iovec part = {.iov_base = payload, .iov_len = sizeof payload};
    for (;;) {
        struct msghdr message = {
            .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        if (recvmsg(descriptor, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
            return errno == EAGAIN ? 0 : -errno;
        }
        for (struct cmsghdr *item = CMSG_FIRSTHDR(&message); item; item = CMSG_NXTHDR(&message, item)) {
            struct sock_extended_err error;
            memcpy(&error, CMSG_DATA(item), sizeof error);
            if (error.ee_origin == SO_EE_ORIGIN_ICMP || error.ee_origin == SO_EE_ORIGIN_ICMP6) {
                *v6 = error.ee_origin == SO_EE_ORIGIN_ICMP6;
                *type = error.ee_type;
                *code = error.ee_code;
                return 1;
            }
        }
    }
}

static socklen_t address_bytes(const struct sockaddr_storage *end, const void **bytes) {
    if (end->ss_family == AF_INET6) {
        *bytes = &((const struct sockaddr_in6 *)end)->sin6_addr;
        return 16;
    }
    *bytes = &((const struct sockaddr_in *)end)->sin_addr;
    return 4;
}

int csockets_compare_ends(int descriptor) {
    struct sockaddr_storage here, there;
    socklen_t here_length = sizeof here, there_length = sizeof there;
    if (getsockname(descriptor, (struct sockaddr *)&here, &here_length) < 0
        || getpeername(descriptor, (struct sockaddr *)&there, &there_length) < 0) {
        return -errno;
    }
    const void *here_bytes, *there_bytes;
    socklen_t length = address_bytes(&here, &here_bytes);
    if (address_bytes(&there, &there_bytes) != length || memcmp(here_bytes, there_bytes, length) != 0) return 0;
    // sin_port and sin6_port stand at the same place.
    in_port_t here_port = ((struct sockaddr_in *)&here)->sin_port;
    return here_port == ((struct sockaddr_in *)&there)->sin_port ? 3 : 2;
}

bool csockets_is_broadcast(const csockets_address *address) {
    int descriptor = socket(address->v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return false;
    struct sockaddr_storage storage;
    socklen_t length = fill(&storage, address, 9);
    bool broadcast = connect(descriptor, (struct sockaddr *)&storage, length) < 0 && errno == EACCES;
    close(descriptor);
    return broadcast;
}

bool csockets_is_unknown_name(int code) {
    return code == EAI_NONAME || code == EAI_NODATA || code == EAI_ADDRFAMILY;
}

int csockets_route_socket(void) { return result(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)); }

int csockets_next_hop(
    int descriptor, const csockets_address *address, uint32_t *interface, csockets_address *gateway) {
    size_t length = address->v6 ? 16 : 4;
    struct {
        struct nlmsghdr header;
        struct rtmsg route;
        struct rtattr attribute;
        uint8_t bytes[16];
    } request = {
        .header = {
            .nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)) + RTA_LENGTH(length),
            .nlmsg_type = RTM_GETROUTE, .nlmsg_flags = NLM_F_REQUEST},
        .route = {.rtm_family = address->v6 ? AF_INET6 : AF_INET, .rtm_dst_len = length * 8},
        .attribute = {.rta_len = RTA_LENGTH(length), .rta_type = RTA_DST}};
    memcpy(request.bytes, address->bytes, length);
    if (send(descriptor, &request, request.header.nlmsg_len, 0) < 0) return -errno;
    _Alignas(struct nlmsghdr) uint8_t answer[4096];
    ssize_t received = recv(descriptor, answer, sizeof answer, 0);
    if (received < 0) return -errno;
    struct nlmsghdr *header = (struct nlmsghdr *)answer;
    if (!NLMSG_OK(header, received) || header->nlmsg_type != RTM_NEWROUTE) return -EHOSTUNREACH;
    struct rtmsg *route = NLMSG_DATA(header);
    int kind = route->rtm_type == RTN_LOCAL ? 2 : 0;
    int rest = RTM_PAYLOAD(header);
    for (struct rtattr *item = RTM_RTA(route); RTA_OK(item, rest); item = RTA_NEXT(item, rest)) {
        size_t size = RTA_PAYLOAD(item);
        if (item->rta_type == RTA_OIF && size == sizeof *interface) memcpy(interface, RTA_DATA(item), size);
        if (item->rta_type == RTA_GATEWAY && (size == 4 || size == 16)) {
            gateway->v6 = size == 16;
            memcpy(gateway->bytes, RTA_DATA(item), size);
            kind = 1;
        }
    }
    return kind;
}
