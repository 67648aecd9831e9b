/* To be preloaded: a system that says yes to any advice about memory, and follows none. Not part of the rock. */
#include <sys/mman.h>

#pragma GCC visibility push(default)

int madvise(void *memory, size_t size, int advice)
{
    (void)memory, (void)size, (void)advice;
    return 0;
}

#pragma GCC visibility pop
