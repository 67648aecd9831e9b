/* Chance, for pauses and for names that nobody else may have. */
#ifndef PINECONE_RANDOM_H
#define PINECONE_RANDOM_H

#pragma GCC visibility push(hidden)

/* Evenly from 0 up to, but not including, 1. */
double random_fraction(void);

#pragma GCC visibility pop

#endif
