/* To be preloaded: sends on sockets as a libcurl that is older than 7.87 lets OpenSSL do it, so that SIGPIPE comes where
 * the other side has gone away. Not part of the rock. */
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#pragma GCC visibility push(default)

ssize_t sendto(int socket, const void *bytes, size_t length, int flags, const struct sockaddr *to, socklen_t to_length)
{
    return syscall(SYS_sendto, socket, bytes, length, flags & ~MSG_NOSIGNAL, to, to_length);
}

ssize_t send(int socket, const void *bytes, size_t length, int flags)
{
    return sendto(socket, bytes, length, flags, NULL, 0);
}

ssize_t sendmsg(int socket, const struct msghdr *message, int flags)
{
    return syscall(SYS_sendmsg, socket, message, flags & ~MSG_NOSIGNAL);
}

#pragma GCC visibility pop
