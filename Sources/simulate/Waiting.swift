import Dispatch
import Glibc

/// Runs concurrent work to its end while the main thread, on which commands run, waits.
func waitFor<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) -> Value {
    let done = DispatchSemaphore(value: 0)
    let box = ResultBox<Value>()
    Task.detached {
        box.value = await work()
        done.signal()
    }
    done.wait()
    guard let value = box.value else { preconditionFailure("the work signals after it has a value") }
    return value
}

/// Written once before the semaphore is signalled and read after it was waited for: never at the same time.
private final class ResultBox<Value: Sendable>: @unchecked Sendable {
    var value: Value?
}

/// Processors that this process may use, at least one.
var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
