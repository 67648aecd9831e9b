/* Which process this is. */
#ifndef PINECONE_PROCESS_H
#define PINECONE_PROCESS_H

#include <sys/types.h>

#pragma GCC visibility push(hidden)

/* As getpid, without a system call where the system can say that there was a fork. */
pid_t process_id(void);

#pragma GCC visibility pop

#endif
