import EventEngine

/// What a pass over a batch takes and where the time goes, in nanoseconds.
///
/// ``totalNanoseconds`` is the sum of the parts: communication counts only as far as no computation hides it.
public struct PassTimes: Sendable, Equatable {
    /// Computation of the busiest rank, with the collectives inside layers.
    public var computeNanoseconds: Int64 = 0
    /// Idle time of a pipeline's stages.
    public var bubbleNanoseconds: Int64 = 0
    /// Communication between copies (and of gathered weights) that no computation hides.
    public var exposedCommunicationNanoseconds: Int64 = 0
    /// Communication that computation hides: no part of the total.
    public var hiddenCommunicationNanoseconds: Int64 = 0
    /// The optimizer's update of weights and states.
    public var optimizerNanoseconds: Int64 = 0
    /// FLOP of the mathematics over all devices, recomputation not counted.
    public var modelFlop = 0.0

    /// Nothing done.
    public init() {}

    /// From the start of the pass to its end.
    public var totalNanoseconds: Int64 {
        computeNanoseconds + bubbleNanoseconds + exposedCommunicationNanoseconds + optimizerNanoseconds
    }

    /// Model FLOP utilisation: FLOP of the mathematics over what the devices' peaks allow in the time.
    public func modelFlopUtilisation(devices: Int, peakFlopPerSecond: Double) -> Double {
        guard totalNanoseconds > 0 else { return 0 }
        return modelFlop / (TimeConversion.seconds(totalNanoseconds) * Double(devices) * peakFlopPerSecond)
    }

    /// One after the other.
    public static func + (left: PassTimes, right: PassTimes) -> PassTimes {
        var sum = left
        sum.computeNanoseconds += right.computeNanoseconds
        sum.bubbleNanoseconds += right.bubbleNanoseconds
        sum.exposedCommunicationNanoseconds += right.exposedCommunicationNanoseconds
        sum.hiddenCommunicationNanoseconds += right.hiddenCommunicationNanoseconds
        sum.optimizerNanoseconds += right.optimizerNanoseconds
        sum.modelFlop += right.modelFlop
        return sum
    }
}
