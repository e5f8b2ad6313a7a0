import Hardware

extension TimingProfile {
    /// The profile with every parameter drawn: efficiencies stay in (0, 1], what is zero stays zero. The row
    /// quantum of kernels and the tail of prefill attention are shapes, not times, and are kept.
    /// - Parameters:
    ///   - device: what the profile is used for; its vendor decides the spread of datasheet values.
    ///   - linkBytesPerSecond: nominal rate of a rank's links, which a drawn collective bandwidth does not exceed.
    public func drawn(
        _ draw: ParameterDraw, for device: DeviceDescriptor, linkBytesPerSecond: Double
    ) -> TimingProfile {
        let sampler = ParameterSampler(
            draw: draw, owner: drawOwner(device), isVendorMeasured: device.vendor.isEverMeasured)
        var drawn = self
        sampler.draw(&drawn.gemm, "gemm")
        sampler.draw(&drawn.groupedGemm, "grouped_gemm")
        sampler.draw(&drawn.prefillAttention, "prefill_attention")
        sampler.draw(&drawn.decodeAttention, "decode_attention")
        sampler.draw(&drawn.quantisedCacheEfficiency, "decode_attention.quantised_cache_efficiency", limit: 1)
        sampler.draw(&drawn.decodeUnitNanoseconds, "decode_attention.unit")
        sampler.draw(&drawn.decodeDepthNanoseconds, "decode_attention.depth")
        sampler.draw(&drawn.prefillStoreBytes, "prefill_attention.store_bytes")
        sampler.draw(&drawn.elementwise, "elementwise")
        sampler.draw(&drawn.collective, linkBytesPerSecond)
        sampler.draw(&drawn.host)
        return drawn
    }

    /// Whose numbers these are: the profile's, wherever it is used; the prior states nothing of any device, so
    /// that each device departs from it in its own way.
    private func drawOwner(_ device: DeviceDescriptor) -> String {
        name == ProfileRegistry.names[0] ? "\(name).\(device.name)" : name
    }
}

/// Draws the parameters of one profile.
private struct ParameterSampler {
    let draw: ParameterDraw
    let owner: String
    let isVendorMeasured: Bool

    /// - Parameter limit: what the parameter cannot exceed.
    func draw(_ parameter: inout Sourced<Double>, _ key: String, limit: Double = .infinity) {
        let spread = parameter.provenance.logStandardDeviation(vendorEverMeasured: isVendorMeasured)
        let factor = draw.factor(of: "\(owner).\(key)", logStandardDeviation: spread)
        parameter.value = min(limit, parameter.value * factor)
    }

    func draw(_ parameters: inout OperatorParameters, _ key: String) {
        draw(&parameters.computeEfficiency, key + ".compute_efficiency", limit: 1)
        draw(&parameters.memoryEfficiency, key + ".memory_efficiency", limit: 1)
        draw(&parameters.setupNanoseconds, key + ".setup")
    }

    func draw(_ parameters: inout CollectiveParameters, _ linkBytesPerSecond: Double) {
        if var bandwidth = parameters.bandwidthBytesPerSecond {
            draw(&bandwidth, "collective.bandwidth", limit: max(bandwidth.value, linkBytesPerSecond))
            parameters.bandwidthBytesPerSecond = bandwidth
        }
        draw(&parameters.linkEfficiency, "collective.link_efficiency", limit: 1)
        draw(&parameters.latencyNanoseconds, "collective.latency")
        guard var oneStep = parameters.oneStep else { return }
        draw(&oneStep.linkEfficiency, "collective.one_step_efficiency", limit: 1)
        draw(&oneStep.twoStepLatencyNanoseconds, "collective.two_step_latency")
        parameters.oneStep = oneStep
    }

    func draw(_ host: inout HostParameters) {
        draw(&host.stepNanoseconds, "host.step")
        draw(&host.perSequenceNanoseconds, "host.per_sequence")
        draw(&host.perNewTokenNanoseconds, "host.per_new_token")
        draw(&host.launchNanoseconds, "host.launch")
        draw(&host.launchesPerLayer, "host.launches_per_layer")
        draw(&host.replayNanoseconds, "host.replay")
        draw(&host.pieceNanoseconds, "host.piece")
        draw(&host.dynamicLaunchNanoseconds, "host.dynamic_launch")
        draw(&host.parameterUpdateNanoseconds, "host.parameter_update")
    }
}
