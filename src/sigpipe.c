#include "sigpipe.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

static sigset_t only_sigpipe(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    return set;
}

static bool is_pending(void)
{
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    return sigismember(&pending, SIGPIPE) == 1;
}

static void take(void)
{
    sigset_t set = only_sigpipe();
#if _POSIX_REALTIME_SIGNALS > 0
    struct timespec at_once = {0};
    while (sigtimedwait(&set, NULL, &at_once) < 0 && errno == EINTR)
        ;
#else /* macOS; it does not wait, because one is pending */
    int number;
    sigwait(&set, &number);
#endif
}

void sigpipe_hold(SigpipeHold *hold)
{
    sigset_t set = only_sigpipe();
    pthread_sigmask(SIG_BLOCK, &set, &hold->before);
    /* one that was let through until now cannot have waited */
    hold->pending = sigismember(&hold->before, SIGPIPE) == 1 && is_pending();
}

void sigpipe_let_go(const SigpipeHold *hold)
{
    if (!hold->pending && is_pending())
        take();
    pthread_sigmask(SIG_SETMASK, &hold->before, NULL);
}
