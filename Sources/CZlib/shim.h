#include <zlib.h>

// deflateInit2 is a macro, which Swift does not import. Negative window bits mean raw deflate, as ZIP has it.
static inline int czlib_raw_deflate_init(z_stream *stream) {
    return deflateInit2(stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
}
