#include "random.h"

#include "process.h"
#include "transport.h"

#include <unistd.h>

/* The system's; where a sandbox forbids to ask for it, another one in each process and at each time. */
double random_fraction(void)
{
    uint64_t bits;
    if (getentropy(&bits, sizeof bits) != 0) {
        bits = (uint64_t)clock_now() ^ ((uint64_t)process_id() << 40);
        bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
        bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
        bits ^= bits >> 31;
    }
    return (double)(bits >> 11) / 9007199254740992.0;
}
