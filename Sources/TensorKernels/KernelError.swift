/// Why a kernel cannot run.
public enum KernelError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The program was built without the trait `oneDNN`.
    case withoutOneDNN
    /// oneDNN refused an operation; `status` is its `dnnl_status_t`.
    case oneDNN(operation: String, status: Int)

    public var description: String {
        switch self {
        case .withoutOneDNN:
            "this program was built without oneDNN; build with the package trait oneDNN, or use the plain kernels"
        case .oneDNN(let operation, let status):
            "oneDNN: \(operation) failed with status \(status); the plain kernels do the same work"
        }
    }
}
