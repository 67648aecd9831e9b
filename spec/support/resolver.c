/* To be preloaded: a system's resolver that finds every name on this machine, and that speaks to a daemon which has gone
 * away. Not part of the rock. */
#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>

#pragma GCC visibility push(default)

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    (void)node;
    pthread_kill(pthread_self(), SIGPIPE); /* as a write to a closed pipe does, in the thread that writes */
    return real("127.0.0.1", service, hints, found);
}

#pragma GCC visibility pop
