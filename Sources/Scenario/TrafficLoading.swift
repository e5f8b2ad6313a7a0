import JSONText
import TraceFormats

extension TrafficSpecification {
    /// Reads or generates the requests; a problem is reported where it is, in the trace or the scenario.
    func requests(seed: UInt64, _ diagnostics: JSONDiagnostics) -> RequestTrace? {
        do {
            switch source {
            case .trace(let file, let format, let options):
                return try RequestTraceReader.read(path: file, format: format, options: options)
            case .generator(var configuration, let lengths):
                try lengths.fill(&configuration)
                return try RequestGenerator.generate(configuration, seed: seed)
            }
        } catch let problem as GeneratorProblem {
            diagnostics.report(path.appending(key: "generate"), "\(problem)")
        } catch let problem as TraceProblem {
            let key = if case .trace = source { "trace" } else { "generate" }
            diagnostics.report(path.appending(key: key), "\(problem)")
        } catch {
            diagnostics.report(path, "\(error)")
        }
        return nil
    }
}

extension EmpiricalLengths {
    /// Puts the lengths of the trace files into a generator.
    func fill(_ configuration: inout GeneratorConfiguration) throws(TraceProblem) {
        guard input != nil || output != nil else { return }
        if let input, input == output {
            configuration.lengths = .pairs(of: try read(input))
            return
        }
        guard case .independent(var inputs, var outputs) = configuration.lengths else { return }
        if let input { inputs = .empirical(try read(input).inputTokens) }
        if let output { outputs = .empirical(try read(output).outputTokens) }
        configuration.lengths = .independent(input: inputs, output: outputs)
    }

    private func read(_ reference: TraceReference) throws(TraceProblem) -> RequestTrace {
        try RequestTraceReader.read(path: reference.file, format: reference.format)
    }
}
