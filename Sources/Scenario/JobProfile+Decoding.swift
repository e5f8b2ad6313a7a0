import JSONText
import TraceFormats

extension JSONType<JobProfileConfiguration> {
    /// `{ "profile": "helios" }`: jobs like those of a real cluster.
    static var jobProfile: JSONType {
        .object { generate in
            let name = generate.required("profile", JSONType<String>.choice(of: JobProfile.names))
            var configuration = JobProfileConfiguration(clusters: JobProfile.clusters(named: name) ?? [])
            configuration.jobs = generate.optional("jobs", .integer(in: 1...10_000_000))
            configuration.speed = generate.optional("speed", .number(in: 1e-6...1e6), default: 1)
            configuration.largestGang = generate.optional("max_devices", .integer(in: 1...1_048_576))
            configuration.tenants = generate.optional("tenants", .members(of: .number(in: 0...1e9)), default: [])
                .map { ($0.name, $0.value) }
            return configuration
        }
    }
}

extension JSONType<JobTrafficSource> {
    /// A profile where one is named, else distributions.
    static func generated(by generator: JSONType<JobGeneratorConfiguration>) -> JSONType {
        let profile = JSONType<JobProfileConfiguration>.jobProfile.map { JobTrafficSource.profile($0) }
        let plain = generator.map { JobTrafficSource.generator($0) }
        return JSONType(expected: plain.expected, standIn: plain.standIn()) { reader in
            reader.value["profile"] != nil ? profile.decode(reader) : plain.decode(reader)
        }
    }
}
