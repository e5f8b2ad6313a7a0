extension GeneratorConfiguration {
    /// Traffic like the conversation half of the Azure LLM inference trace 2023 (Patel et al., ISCA'24): short
    /// prompts in a few typical lengths, 19,366 requests in about 58 minutes, a little burstier than Poisson.
    ///
    /// The quantiles were measured on that trace (`Traces/README.md` compares the two). Its slow change of the rate
    /// within the hour is not modelled.
    public static let azureConversation = GeneratorConfiguration(
        requests: 19_366, arrivals: .gamma(requestsPerSecond: 5.53, coefficientOfVariation: 1.094),
        lengths: .independent(input: .quantiles(azurePrompts), output: .quantiles(azureAnswers)))

    private static let azurePrompts = [
        QuantilePoint(0, 2), QuantilePoint(0.01, 29), QuantilePoint(0.03, 120), QuantilePoint(0.05, 181),
        QuantilePoint(0.1, 207), QuantilePoint(0.15, 372), QuantilePoint(0.2, 387), QuantilePoint(0.25, 396),
        QuantilePoint(0.3, 403), QuantilePoint(0.4, 703),
        QuantilePoint(0.5, 1020), QuantilePoint(0.6, 1071), QuantilePoint(0.7, 1130), QuantilePoint(0.75, 1189),
        QuantilePoint(0.8, 1315), QuantilePoint(0.85, 1876), QuantilePoint(0.9, 2734), QuantilePoint(0.95, 4083),
        QuantilePoint(0.975, 4092), QuantilePoint(0.99, 4142), QuantilePoint(0.995, 4831), QuantilePoint(0.999, 6179),
        QuantilePoint(1, 14_050),
    ]

    private static let azureAnswers = [
        QuantilePoint(0, 7), QuantilePoint(0.01, 16), QuantilePoint(0.05, 41), QuantilePoint(0.1, 54),
        QuantilePoint(0.2, 77),
        QuantilePoint(0.3, 91), QuantilePoint(0.4, 103), QuantilePoint(0.5, 129), QuantilePoint(0.6, 177),
        QuantilePoint(0.65, 300), QuantilePoint(0.7, 384), QuantilePoint(0.8, 400), QuantilePoint(0.9, 424),
        QuantilePoint(0.95, 451), QuantilePoint(0.975, 522), QuantilePoint(0.99, 601), QuantilePoint(0.995, 643),
        QuantilePoint(1, 1000),
    ]
}
