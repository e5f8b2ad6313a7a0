#if oneDNN
import CDNNL
#endif

/// Number formats that a matrix product takes.
public enum GemmType: String, Sendable, CaseIterable {
    case fp32, bf16, int8
}

/// What this processor can do, asked of oneDNN while the program runs.
public enum HostInstructions {
    /// Whether the processor multiplies matrices of this type with instructions of its own.
    ///
    /// Without them bf16 is computed in single precision, by oneDNN or the plain kernels, and int8 by the
    /// plain kernels alone, because oneDNN's older code saturates sums of two products at 16 bits.
    /// Always false for bf16 and int8 in a program built without oneDNN.
    public static func areNative(for type: GemmType) -> Bool {
        #if oneDNN
        let set = Int(dnnl_get_effective_cpu_isa().rawValue)
        switch type {
        case .fp32: return true
        case .bf16: return set & 0xff == 0xe7
        case .int8: return set & 0x67 == 0x67 || set & 0x407 == 0x407
        }
        #else
        return type == .fp32
        #endif
    }

    /// The widest set of vector instructions that oneDNN uses here, in its own numbering (`dnnl_cpu_isa_t`);
    /// nothing without oneDNN or on processors that it does not number.
    public static var oneDNNInstructionSet: Int? {
        #if oneDNN
        let set = Int(dnnl_get_effective_cpu_isa().rawValue)
        return set == 0 ? nil : set
        #else
        return nil
        #endif
    }
}
