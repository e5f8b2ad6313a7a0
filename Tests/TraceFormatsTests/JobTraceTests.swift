import Testing

@testable import TraceFormats

/// Job traces in text: what is read, what is refused, what comes back.
@Suite struct JobTraceTests {
    private func read(_ text: String, _ format: JobTraceFormat = .auto) throws -> JobTrace {
        try JobTraceReader.read(bytes: Array(text.utf8), name: "jobs", format: format)
    }

    private func problem(_ text: String, _ format: JobTraceFormat = .auto) -> String {
        do {
            _ = try read(text, format)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func phillyIsSortedAndRebased() throws {
        let trace = try read(
            """
            timestamp,duration,num_gpus,gpu_time,cluster\r
            2017-10-09 07:01:55,66.0,1,66.0,11cb48\r
            2017-10-09 06:01:55,2.5,8,20,6214e9\r

            """)
        #expect(trace.submitNanoseconds == [0, 3_600_000_000_000])
        #expect(trace.durationNanoseconds == [2_500_000_000, 66_000_000_000])
        #expect(trace.devices == [8, 1])
        #expect(trace.names == ["1", "0"])
        #expect(trace.tenants.map { trace.tenantNames[Int($0)] } == ["6214e9", "11cb48"])
        #expect(trace.reorderedRows == 1)
    }

    @Test func tiresiasAndHeliosDifferByTheirColumns() throws {
        let tiresias = try read(
            "job_id,num_gpu,submit_time,iterations,model_name,duration,interval\n7,2,30,1,vgg,164,30\n")
        #expect(tiresias.names == ["7"] && tiresias.devices == [2] && tiresias.tenants.isEmpty)
        let helios = try read("job_id,vc,gpu_num,submit_time,duration\n9,v,0,1,5\n10,v,4,2020-04-01 00:00:01,5\n")
        #expect(helios.names == ["10"] && helios.leftOut == 1 && helios.tenantNames == ["v"])
    }

    @Test func standardWorkloadFormat() throws {
        let trace = try read(
            """
            ; MaxNodes: 80
              1 0 -1 100.5 8 -1 1 16 200 1 1 3 1 1 1 1 -1 -1
            2 6 -1 -1 8 -1 1 8 10 1 1 1 1 1 1 1 -1 -1
            3 7 -1 5 8 -1 1 -1 -1 1 1 4 1 1 1 1 -1 -1
            """)
        #expect(trace.devices == [16, 8])
        #expect(trace.durationNanoseconds == [100_500_000_000, 5_000_000_000])
        #expect(trace.estimateNanoseconds == [200_000_000_000, -1])
        #expect(trace.tenantNames == ["user-3", "user-4"])
        #expect(trace.leftOut == 1)
        #expect(problem("1 2 3\n", .swf) == "jobs:1: 3 numbers; a line of the Standard Workload Format has 18")
    }

    @Test func ownFormatComesBackAsItWas() throws {
        let text = """
            {"format":"simulate-jobs/1"}
            {"id":"a\\"b","submit_s":0,"devices":8,"duration_s":3600,"tenant":"x","estimate_s":4000}
            {"id":"1","submit_s":12.5,"devices":1,"duration_s":90.000000001,"device_type":"h20","priority":-2,"deadline_s":600}
            {"id":"2","submit_s":13,"devices":1,"duration_s":1,"device_share":0.25,"cpus":4.5,"memory_bytes":1024}

            """
        let trace = try read(text)
        #expect(trace.deviceShares == [1000, 1000, 250] && trace.cpuMilli == [0, 0, 4500])
        var written: [UInt8] = []
        JobTraceWriter.write(trace) { written += $0 }
        #expect(try JobTraceReader.read(bytes: written) == trace)
    }

    @Test func mistakesHaveTheirPlace() {
        let header = "{\"format\":\"simulate-jobs/1\"}\n"
        let job = "\"submit_s\":0,\"devices\":1,\"duration_s\":1"
        #expect(problem(header + "{\(job),\"tennant\":\"x\"}\n").contains("\"tenant\""))
        #expect(problem(header + "{\"submit_s\":0,\"duration_s\":1}\n").contains("jobs:2"))
        #expect(problem(header + "{\"submit_s\":0,\"devices\":0,\"duration_s\":1}\n").contains("at least one device"))
        #expect(problem(header + "{\"submit_s\":0,\"devices\":2,\"duration_s\":1,\"device_share\":0.5}\n")
            .contains("device_share"))
        #expect(problem("timestamp,duration,num_gpus,cluster\n2017-10-09 07:01:55,-6,1,c\n").contains("duration"))
        #expect(problem("timestamp,duration,num_gpus,cluster\n2017-10-09 07:01:55,6,1\n").contains("3 cells"))
        #expect(problem("a,b,c\n1,2,3\n").contains("no known format of jobs"))
        #expect(problem("").contains("holds no jobs"))
    }

    @Test func generatedJobsHaveTheStatisticsAskedFor() throws {
        var configuration = JobGeneratorConfiguration(
            jobs: 20000, arrivals: .poisson(requestsPerSecond: 0.5), devices: [(1, 3), (8, 1)],
            medianDuration: 600_000_000_000, p90Duration: 7_200_000_000_000)
        configuration.tenants = [("a", 1), ("b", 4)]
        let trace = try JobGenerator.generate(configuration, seed: 3)
        let sorted = trace.durationNanoseconds.sorted()
        #expect(abs(Double(sorted[10000]) / 6e11 - 1) < 0.05)
        #expect(abs(Double(sorted[18000]) / 7.2e12 - 1) < 0.08)
        #expect(abs(Double(trace.devices.count { $0 == 8 }) / 20000 - 0.25) < 0.02)
        #expect(abs(Double(trace.tenants.count { $0 == 1 }) / 20000 - 0.8) < 0.02)
        #expect(abs(JobTraceSummary(trace).offeredDevices) > 0)
        #expect(try JobGenerator.generate(configuration, seed: 3) == trace)
    }
}

/// Bundles of placement groups in the project's own format.
@Suite struct JobBundleTests {
    private func read(_ lines: String) throws -> JobTrace {
        let text = "{\"format\":\"simulate-jobs/1\"}\n" + lines
        return try JobTraceReader.read(bytes: Array(text.utf8), name: "jobs", format: .auto)
    }

    @Test func bundlesComeBack() throws {
        let trace = try read(
            """
            {"submit_s":0,"devices":4,"duration_s":5,"bundles":[2,2],"strategy":"STRICT_SPREAD"}
            {"submit_s":1,"devices":4,"duration_s":5}
            {"submit_s":2,"devices":4,"duration_s":5,"bundles":[2,2],"strategy":"STRICT_SPREAD"}
            {"submit_s":3,"devices":3,"duration_s":5,"bundles":[3]}

            """)
        #expect(trace.placementGroups == [
            JobBundles(devices: [2, 2], strategy: .strictSpread), JobBundles(devices: [3], strategy: .pack),
        ])
        #expect(trace.placementGroupIndices == [0, -1, 0, 1])
        var written: [UInt8] = []
        JobTraceWriter.write(trace) { written += $0 }
        #expect(try JobTraceReader.read(bytes: written, name: "jobs", format: .auto) == trace)
    }

    @Test(arguments: [
        (#""bundles":[2,1]"#, "let the bundles sum up to devices"),
        (#""bundles":[]"#, "at least one number of devices"), (#""bundles":[4],"strategy":"PAK""#, "\"PACK\""),
        (#""strategy":"PACK""#, "bundles beside it"),
    ]) func mistakesAreNamed(_ keys: String, _ expected: String) {
        do {
            _ = try read("{\"submit_s\":0,\"devices\":4,\"duration_s\":5,\(keys)}\n")
            Issue.record("nothing is wrong with \(keys)")
        } catch {
            #expect("\(error)".contains(expected), "\(error)")
        }
    }
}
