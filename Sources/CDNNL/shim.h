#ifndef CDNNL_SHIM_H
#define CDNNL_SHIM_H

#include <dnnl.h>

/* The C interface of matrix products changed between oneDNN 2 and 3; here it is one function for both.

   A primitive for c[m, n] = a[m, k] x w[n, k]^T with all three matrices dense and row-major, and the
   memory objects of its arguments, whose addresses are set before each execution. */

typedef struct {
    dnnl_primitive_t primitive;
    dnnl_memory_t source, weights, destination;
} cdnnl_product;

static inline dnnl_status_t cdnnl_memory(
        dnnl_memory_t *memory, dnnl_engine_t engine, dnnl_data_type_t type, const dnnl_dims_t dims,
        const dnnl_dims_t strides) {
#if DNNL_VERSION_MAJOR >= 3
    dnnl_memory_desc_t description;
    dnnl_status_t status = dnnl_memory_desc_create_with_strides(&description, 2, dims, type, strides);
    if (status != dnnl_success) return status;
    status = dnnl_memory_create(memory, description, engine, DNNL_MEMORY_NONE);
    dnnl_memory_desc_destroy(description);
    return status;
#else
    dnnl_memory_desc_t description;
    dnnl_status_t status = dnnl_memory_desc_init_by_strides(&description, 2, dims, type, strides);
    if (status != dnnl_success) return status;
    return dnnl_memory_create(memory, &description, engine, DNNL_MEMORY_NONE);
#endif
}

static inline dnnl_status_t cdnnl_primitive(cdnnl_product *product, dnnl_engine_t engine) {
    dnnl_primitive_desc_t description;
    dnnl_status_t status;
#if DNNL_VERSION_MAJOR >= 3
    const_dnnl_memory_desc_t source, weights, destination;
    dnnl_memory_get_memory_desc(product->source, &source);
    dnnl_memory_get_memory_desc(product->weights, &weights);
    dnnl_memory_get_memory_desc(product->destination, &destination);
    status = dnnl_matmul_primitive_desc_create(&description, engine, source, weights, NULL, destination, NULL);
#else
    const dnnl_memory_desc_t *source, *weights, *destination;
    dnnl_matmul_desc_t operation;
    dnnl_memory_get_memory_desc(product->source, &source);
    dnnl_memory_get_memory_desc(product->weights, &weights);
    dnnl_memory_get_memory_desc(product->destination, &destination);
    status = dnnl_matmul_desc_init(&operation, source, weights, NULL, destination);
    if (status != dnnl_success) return status;
    status = dnnl_primitive_desc_create(&description, &operation, NULL, engine, NULL);
#endif
    if (status != dnnl_success) return status;
    status = dnnl_primitive_create(&product->primitive, description);
    dnnl_primitive_desc_destroy(description);
    return status;
}

static inline void cdnnl_product_destroy(cdnnl_product *product) {
    if (product->primitive) dnnl_primitive_destroy(product->primitive);
    if (product->source) dnnl_memory_destroy(product->source);
    if (product->weights) dnnl_memory_destroy(product->weights);
    if (product->destination) dnnl_memory_destroy(product->destination);
}

static inline dnnl_status_t cdnnl_product_create(
        cdnnl_product *product, dnnl_engine_t engine, dnnl_dim_t m, dnnl_dim_t n, dnnl_dim_t k,
        dnnl_data_type_t source, dnnl_data_type_t weights, dnnl_data_type_t destination) {
    const dnnl_dims_t source_dims = {m, k}, source_strides = {k, 1};
    const dnnl_dims_t weight_dims = {k, n}, weight_strides = {1, k};
    const dnnl_dims_t destination_dims = {m, n}, destination_strides = {n, 1};
    dnnl_status_t status;
    *product = (cdnnl_product){0};
    status = cdnnl_memory(&product->source, engine, source, source_dims, source_strides);
    if (status == dnnl_success)
        status = cdnnl_memory(&product->weights, engine, weights, weight_dims, weight_strides);
    if (status == dnnl_success)
        status = cdnnl_memory(&product->destination, engine, destination, destination_dims, destination_strides);
    if (status == dnnl_success) status = cdnnl_primitive(product, engine);
    if (status != dnnl_success) cdnnl_product_destroy(product);
    return status;
}

static inline dnnl_status_t cdnnl_product_execute(
        const cdnnl_product *product, dnnl_stream_t stream, const void *a, const void *w, void *c) {
    dnnl_exec_arg_t arguments[3] = {
        {DNNL_ARG_SRC, product->source}, {DNNL_ARG_WEIGHTS, product->weights}, {DNNL_ARG_DST, product->destination}};
    dnnl_status_t status = dnnl_memory_set_data_handle(product->source, (void *)a);
    if (status == dnnl_success) status = dnnl_memory_set_data_handle(product->weights, (void *)w);
    if (status == dnnl_success) status = dnnl_memory_set_data_handle(product->destination, c);
    if (status == dnnl_success) status = dnnl_primitive_execute(product->primitive, stream, 3, arguments);
    if (status == dnnl_success) status = dnnl_stream_wait(stream);
    return status;
}

#endif
