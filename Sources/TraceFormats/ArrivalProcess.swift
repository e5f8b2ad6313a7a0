/// When requests arrive. Rates are requests per second, positive and finite.
public enum ArrivalProcess: Sendable, Equatable {
    /// Independent arrivals: exponential gaps.
    case poisson(requestsPerSecond: Double)
    /// Gamma gaps with the given coefficient of variation: 1 is Poisson, more is bursty, less is regular.
    case gamma(requestsPerSecond: Double, coefficientOfVariation: Double)
    /// Weibull gaps with the given shape: 1 is Poisson, less is bursty, more is regular.
    case weibull(requestsPerSecond: Double, shape: Double)
    /// Equal gaps.
    case constant(requestsPerSecond: Double)
    /// Every one of so many clients sends its next request when its last one is answered. A trace cannot tell when that
    /// will be, so all arrivals are 0, and whoever serves the trace keeps `concurrency` requests in flight.
    case closedLoop(concurrency: Int)
}
