/* Chance, for pauses and for names that nobody else may have. */
#ifndef PINECONE_RANDOM_H
#define PINECONE_RANDOM_H

/* Evenly from 0 up to, but not including, 1. */
double random_fraction(void);

#endif
