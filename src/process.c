#include "process.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef MADV_WIPEONFORK /* Linux since 4.14 */

/* The process id, in a page that the kernel clears in a forked child. It is kept to the end of the process: finalisers
 * ask for it until then. NULL: there is no such page. */
static _Atomic pid_t *page;

static void make_page(void)
{
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return;
    bool honest = madvise(memory, size, -1) != 0; /* emulators say yes to any advice */
    if (honest && madvise(memory, size, MADV_WIPEONFORK) == 0)
        page = memory;
    else
        munmap(memory, size);
}

pid_t process_id(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_page);
    if (page == NULL)
        return getpid();
    pid_t id = atomic_load_explicit(page, memory_order_relaxed);
    if (id != 0)
        return id;
    id = getpid();
    atomic_store_explicit(page, id, memory_order_relaxed);
    return id;
}

#else

pid_t process_id(void)
{
    return getpid();
}

#endif
