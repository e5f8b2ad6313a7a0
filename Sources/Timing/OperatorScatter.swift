import Hardware

extension Provenance {
    /// Standard deviation of the logarithm of one operator's time around the model's.
    ///
    /// It averages out over the many operators of a run, so that it is stated beside a result and never added
    /// to the common-mode deviation. From the half-widths that hold 90 % of measured kernels (16 % for a fit to
    /// many measurements, 22 % for one to a few, 20 % for a sibling die, 30 % for a device known from its
    /// datasheet, 45 % for a vendor never measured or a guess), divided by 1.645.
    public func logOperatorScatter(vendorEverMeasured: Bool) -> Double {
        let halfWidth = switch self {
        case .measured: 0.16
        case .fewshot: 0.22
        case .sibling: 0.20
        case .published, .datasheet: vendorEverMeasured ? 0.30 : 0.45
        case .assumed: 0.45
        }
        return halfWidth / 1.645
    }
}

extension TimingProfile {
    /// The scatter of each operator class on a device: that of its less well known efficiency, of which
    /// elementwise kernels have only that of memory.
    public func operatorScatter(on device: DeviceDescriptor) -> [(operatorClass: String, logDeviation: Double)] {
        let classes: [(String, [Sourced<Double>])] = [
            ("gemm", [gemm.computeEfficiency, gemm.memoryEfficiency]),
            ("grouped_gemm", [groupedGemm.computeEfficiency, groupedGemm.memoryEfficiency]),
            ("prefill_attention", [prefillAttention.computeEfficiency, prefillAttention.memoryEfficiency]),
            ("decode_attention", [decodeAttention.computeEfficiency, decodeAttention.memoryEfficiency]),
            ("elementwise", [elementwise.memoryEfficiency]),
        ]
        return classes.map { name, efficiencies in
            let deviations = efficiencies.map {
                $0.provenance.logOperatorScatter(vendorEverMeasured: device.vendor.isEverMeasured)
            }
            return (name, deviations.max() ?? 0)
        }
    }
}
