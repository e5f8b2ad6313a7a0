#ifndef CJANSSON_SHIM_H
#define CJANSSON_SHIM_H

#include <jansson.h>

/* Function-like macros, and inline functions without prototype, are not imported by Swift:
   each one that is needed is a function here. */

static inline json_type cjansson_typeof(const json_t *value) { return json_typeof(value); }

static inline int cjansson_is_true(const json_t *value) { return json_is_true(value); }

static inline enum json_error_code cjansson_error_code(const json_error_t *error) {
    return json_error_code(error);
}

#endif
