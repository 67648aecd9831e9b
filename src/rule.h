/* Rules that values must satisfy, beyond having the right type. */
#ifndef PINECONE_RULE_H
#define PINECONE_RULE_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

/* What a value of the right type must satisfy. `text` finishes the sentence "it must be ...". */
typedef struct Rule {
    bool (*holds)(lua_State *L, int index, const struct Rule *rule, const char *api_version);
    double least, most;
    const char *const *values;
    const char *text;
    /* pushes which part of a table is wrong; NULL where the value is shown itself */
    void (*push_culprit)(lua_State *L, int index, const char *api_version);
} Rule;

extern const Rule rule_index_name, rule_backup_name, rule_id, rule_text, rule_tags, rule_limit, rule_positive,
    rule_dimension, rule_frequency, rule_deletion_protection, rule_path, rule_seconds, rule_api_version, rule_key,
    rule_method, rule_environment, rule_count, rule_duration;

/* True when the bytes are that name, which may be NULL. */
bool text_is(const char *text, size_t length, const char *name);

/* True when all bytes are ASCII letters, digits or among the others. */
bool all_of(const char *text, size_t length, const char *others);

/* True for a version whose description is published: not for a preview ("2026-01.alpha") or `unstable`. */
bool version_is_released(const char *api_version);

/* Whether it is a released one before 2026-07, which changed shapes and rules. */
bool version_has_old_rules(const char *api_version);

/* True when the text holds a control character: these are refused in whatever goes into a header, path or key. */
bool has_control(const char *text, size_t length);

/* Pushes the text in quotation marks, for a message; or its length, where the text would spoil a line of a log. */
const char *push_quoted(lua_State *L, const char *text, size_t length);

#pragma GCC visibility pop

#endif
