import ArgumentParser
import Hardware
import JSONText
import ModelGraph
import Report
import Scenario

/// `simulate device …`.
struct Device: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The devices and node types that are known.", subcommands: [List.self, Show.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All devices and node types, a line each.")

        func run() throws {
            do {
                print(try DescriptorReport.list(), terminator: "")
            } catch {
                throw Failure.run(error)
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A device's figures and timing parameters, each with where it comes from.")

        @Argument(help: "A device name, or the path of a descriptor file.")
        var name: String

        func run() throws {
            do {
                let device = name.hasSuffix(".json")
                    ? try DeviceDescriptor(contentsOf: name) : try DeviceDescriptor.named(name)
                print(try DescriptorReport.show(device), terminator: "")
            } catch {
                throw Failure.input(error)
            }
        }
    }
}

/// `simulate model …`.
struct Model: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The models that are known.", subcommands: [List.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "All models with their parameters and KV bytes per token.")

        func run() throws {
            do {
                print(try DescriptorReport.models(), terminator: "")
            } catch {
                throw Failure.run(error)
            }
        }
    }
}

/// `simulate schema`.
struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "JSON Schema of scenarios and results, for editors and scripts.")

    @Argument(help: "scenario or result.")
    var document = "scenario"

    func validate() throws {
        guard ["scenario", "result"].contains(document) else {
            throw ValidationError("expected scenario or result, found \(document)")
        }
    }

    func run() throws {
        let bytes = document == "scenario" ? ScenarioSchema.scenario : ResultSchema.result
        try write(bytes, to: "-")
    }
}
