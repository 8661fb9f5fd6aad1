#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The system calls of the poller that Swift's Glibc module leaves out (sys/epoll.h) or that C macros hide
// (ancillary data of the error queue). Each returns what the call returns, or -errno.

typedef struct {
    bool v6;
    uint8_t bytes[16]; // network order; the first four for IPv4
} csockets_address;

/// A non-blocking TCP socket that closes by RST, keeps ICMP errors in its error queue, and may share its local port.
int csockets_tcp_socket(bool v6);
int csockets_connect(int descriptor, const csockets_address *address, uint16_t port);
int csockets_close(int descriptor);
/// The local port of a socket; 0 where it has none.
uint16_t csockets_local_port(int descriptor);
/// Has a socket connect from this local port.
int csockets_bind(int descriptor, bool v6, uint16_t port);

int csockets_epoll_create(void);
/// Registers for one edge: the end of a connect, well or badly; with `reads` also for whatever arrives later.
int csockets_epoll_add(int epoll, int descriptor, uint64_t token, bool reads);
int csockets_epoll_wait(int epoll, uint64_t *tokens, int capacity, int timeout_ms);

/// Hands bytes to a connection, without SIGPIPE where it is gone: how many it took.
int csockets_send(int descriptor, const uint8_t *bytes, size_t count);
/// What has arrived on a connection: how many bytes; 0 at its end.
int csockets_receive(int descriptor, uint8_t *bytes, size_t capacity);

/// The first ICMP error in the queue: 1 and its type and code (`v6` tells ICMPv6), or 0 when there is none.
int csockets_icmp_error(int descriptor, bool *v6, uint8_t *type, uint8_t *code);

/// The ends of a connection: bit 0 when both are one and the same, bit 1 when both have the same address.
int csockets_compare_ends(int descriptor);

/// Whether a datagram socket is refused this address as a broadcast (EACCES, ip(7)).
bool csockets_is_broadcast(const csockets_address *address);

/// Whether getaddrinfo(3) said that the name exists nowhere, or has no address of the family.
bool csockets_is_unknown_name(int code);

/// A socket to ask the kernel for routes with.
int csockets_route_socket(void);
/// Where packets to an address go first: 0 to it by itself, 1 to a gateway, 2 nowhere since it is of this machine; with
/// the number of the interface.
int csockets_next_hop(
    int descriptor, const csockets_address *address, uint32_t *interface, csockets_address *gateway);
