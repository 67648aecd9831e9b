#include "buffer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool buffer_reserve(Buffer *buffer, size_t more)
{
    size_t wanted = buffer->length + more + 1;
    if (wanted <= more)
        return false;
    if (wanted <= buffer->capacity)
        return true;
    size_t capacity = buffer->capacity < 128 ? 128 : buffer->capacity;
    while (capacity < wanted)
        capacity = capacity > SIZE_MAX / 2 ? wanted : capacity * 2;
    char *data = realloc(buffer->data, capacity);
    if (data == NULL)
        return false;
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

bool buffer_add(Buffer *buffer, const void *bytes, size_t count)
{
    if (!buffer_reserve(buffer, count))
        return false;
    if (count > 0)
        memcpy(buffer->data + buffer->length, bytes, count);
    buffer->length += count;
    buffer->data[buffer->length] = '\0';
    return true;
}

bool buffer_add_text(Buffer *buffer, const char *text)
{
    return buffer_add(buffer, text, strlen(text));
}

static bool unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~", c) != NULL);
}

bool buffer_add_encoded(Buffer *buffer, const char *bytes, size_t count, const char *keep)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t before = buffer->length, start = 0; /* of what is not added yet, because it stays as it is */
    bool good = true;
    for (size_t i = 0; i < count && good; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (unreserved(c) || (c != '\0' && strchr(keep, c) != NULL))
            continue;
        char escape[3] = {'%', digits[c >> 4], digits[c & 15]};
        good = buffer_add(buffer, bytes + start, i - start) && buffer_add(buffer, escape, sizeof escape);
        start = i + 1;
    }
    good = good && buffer_add(buffer, bytes + start, count - start);
    if (!good)
        buffer->length = before;
    return good;
}

void buffer_free(Buffer *buffer)
{
    free(buffer->data);
    *buffer = (Buffer){0};
}

void wipe(void *memory, size_t count)
{
    volatile unsigned char *byte = memory;
    while (count-- > 0)
        *byte++ = 0;
}
