/* To be preloaded: passes for a libcurl that is older than 7.87, and sends on sockets as that one lets OpenSSL do it, so
 * that SIGPIPE comes where the other side has gone away. Not part of the rock. */
#include <curl/curl.h>
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

curl_version_info_data *curl_version_info(CURLversion age)
{
    static curl_version_info_data old = {.version = "7.86.0", .version_num = 0x075600, .ssl_version = "OpenSSL/3.0.0"};
    old.age = age;
    return &old;
}

#pragma GCC visibility pop
