#if oneDNN
import CDNNL
import Glibc

/// oneDNN's engine for this processor, with the products prepared so far.
final class OneDNNEngine {
    private var engine: dnnl_engine_t?
    private var stream: dnnl_stream_t?
    private var products: [Key: OneDNNProduct] = [:]

    private static let mostProducts = 512

    private struct Key: Hashable {
        var shape: GemmShape
        var type: GemmType
    }

    init() throws(KernelError) {
        Self.useOneThread()
        try Self.check(dnnl_engine_create(&engine, dnnl_cpu, 0), "creating the engine")
        try Self.check(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags.rawValue), "creating a stream")
    }

    deinit {
        products.removeAll()
        if let stream { dnnl_stream_destroy(stream) }
        if let engine { dnnl_engine_destroy(engine) }
    }

    /// The product of this shape, prepared when it is first asked for.
    func product(_ shape: GemmShape, _ type: GemmType) throws(KernelError) -> OneDNNProduct {
        Self.useOneThread()
        let key = Key(shape: shape, type: type)
        if let product = products[key] { return product }
        // Generated code takes memory; a server whose batches change would keep thousands.
        if products.count >= Self.mostProducts { products.removeAll() }
        let product = try OneDNNProduct(engine: engine, stream: stream, shape, type)
        products[key] = product
        return product
    }

    /// Whether oneDNN has any code for bfloat16 here, native or not.
    private(set) lazy var acceptsBFloat16 = (try? product(GemmShape(m: 1, n: 16, k: 16), .bf16)) != nil

    /// A library of OpenMP threads takes the number of threads from the calling thread. The function is
    /// looked up, since oneDNN may have been built on threads of another kind.
    private static func useOneThread() {
        setThreads?(1)
    }

    private static let setThreads: (@convention(c) (Int32) -> Void)? = {
        guard let symbol = dlsym(nil, "omp_set_num_threads") else { return nil }
        return unsafeBitCast(symbol, to: (@convention(c) (Int32) -> Void).self)
    }()

    static func check(_ status: dnnl_status_t, _ operation: String) throws(KernelError) {
        if status != dnnl_success { throw .oneDNN(operation: operation, status: Int(status.rawValue)) }
    }
}

/// One prepared matrix product.
final class OneDNNProduct {
    private var product = cdnnl_product()
    private let stream: dnnl_stream_t?

    init(engine: dnnl_engine_t?, stream: dnnl_stream_t?, _ shape: GemmShape, _ type: GemmType) throws(KernelError) {
        self.stream = stream
        let types: (dnnl_data_type_t, dnnl_data_type_t, dnnl_data_type_t) =
            switch type {
            case .fp32: (dnnl_f32, dnnl_f32, dnnl_f32)
            case .bf16: (dnnl_bf16, dnnl_bf16, dnnl_f32)
            case .int8: (dnnl_u8, dnnl_s8, dnnl_s32)
            }
        try OneDNNEngine.check(
            cdnnl_product_create(
                &product, engine, dnnl_dim_t(shape.m), dnnl_dim_t(shape.n), dnnl_dim_t(shape.k),
                types.0, types.1, types.2),
            "preparing a product of \(type.rawValue) [\(shape.m), \(shape.k)] x [\(shape.k), \(shape.n)]")
    }

    deinit { cdnnl_product_destroy(&product) }

    func execute(
        _ a: UnsafeRawPointer, _ w: UnsafeRawPointer, _ c: UnsafeMutableRawPointer
    ) throws(KernelError) {
        try OneDNNEngine.check(cdnnl_product_execute(&product, stream, a, w, c), "a matrix product")
    }
}
#endif
