// swift-tools-version:6.1
import PackageDescription

let package = Package(
    name: "simulate",
    products: [
        .executable(name: "simulate", targets: ["simulate"])
    ],
    traits: [
        .default(enabledTraits: ["oneDNN"]),
        .trait(name: "oneDNN", description: "Matrix products of the host's kernels by oneDNN instead of plain Swift."),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
    ],
    targets: [
        .systemLibrary(name: "CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
        .systemLibrary(name: "CGLPK", providers: [.apt(["libglpk-dev"])]),
        .systemLibrary(name: "CDNNL", providers: [.apt(["libdnnl-dev"])]),
        .target(name: "JSONText", dependencies: ["CJansson"]),
        .target(name: "EventEngine"),
        .target(
            name: "Hardware", dependencies: ["EventEngine", "JSONText"], resources: [.embedInCode("Resources")]),
        .target(name: "ModelGraph", dependencies: ["JSONText"], resources: [.embedInCode("Resources/Models")]),
        .target(
            name: "Timing", dependencies: ["EventEngine", "Hardware", "JSONText", "ModelGraph"],
            resources: [.embedInCode("Resources")]),
        .target(
            name: "TensorKernels",
            dependencies: [
                .target(name: "CDNNL", condition: .when(traits: ["oneDNN"])), "EventEngine", "ModelGraph",
            ]),
        .target(name: "TraceFormats", dependencies: ["EventEngine", "JSONText"]),
        .target(name: "Metrics"),
        .target(
            name: "Serving",
            dependencies: ["EventEngine", "Hardware", "Metrics", "ModelGraph", "Timing", "TraceFormats"]),
        .target(
            name: "HostServing",
            dependencies: ["EventEngine", "ModelGraph", "Serving", "TensorKernels", "Timing", "TraceFormats"]),
        .target(
            name: "Training", dependencies: ["EventEngine", "Hardware", "Metrics", "ModelGraph", "Timing"]),
        .target(
            name: "ReinforcementLearning",
            dependencies: [
                "EventEngine", "Hardware", "Metrics", "ModelGraph", "Serving", "Timing", "TraceFormats", "Training",
            ]),
        .target(
            name: "Scheduling", dependencies: ["CGLPK", "EventEngine", "Hardware", "Metrics", "TraceFormats"]),
        .target(
            name: "Scenario",
            dependencies: [
                "EventEngine", "Hardware", "JSONText", "Metrics", "ModelGraph", "ReinforcementLearning", "Scheduling",
                "Serving", "Timing", "TraceFormats", "Training",
            ], resources: [.embedInCode("Resources")]),
        .target(
            name: "Studies",
            dependencies: [
                "EventEngine", "Hardware", "HostServing", "JSONText", "Metrics", "ModelGraph", "ReinforcementLearning", "Scenario",
                "Scheduling", "Serving", "TensorKernels", "Timing", "TraceFormats", "Training",
            ]),
        .target(
            name: "Report",
            dependencies: [
                "EventEngine", "Hardware", "HostServing", "JSONText", "Metrics", "ModelGraph", "ReinforcementLearning", "Scenario",
                "Scheduling", "Serving", "Studies", "Timing", "TraceFormats", "Training",
            ], resources: [.embedInCode("Resources")]),
        .executableTarget(
            name: "simulate",
            dependencies: [
                "Hardware", "JSONText", "ModelGraph", "Report", "Scenario", "Studies", "TraceFormats",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "bench",
            dependencies: ["EventEngine", "JSONText", "ModelGraph", "Scenario", "TensorKernels", "TraceFormats"]),
        .testTarget(name: "JSONTextTests", dependencies: ["JSONText"]),
        .testTarget(name: "EventEngineTests", dependencies: ["EventEngine"]),
        .testTarget(name: "HardwareTests", dependencies: ["EventEngine", "Hardware", "JSONText"]),
        .testTarget(name: "ModelGraphTests", dependencies: ["EventEngine", "JSONText", "ModelGraph"]),
        .testTarget(
            name: "ReportTests",
            dependencies: [
                "EventEngine", "Hardware", "JSONText", "Metrics", "ModelGraph", "ReinforcementLearning", "Scheduling", "Report", "Scenario", "Serving", "Studies",
                "Timing", "TraceFormats", "Training",
            ]),
        .testTarget(
            name: "ScenarioTests",
            dependencies: [
                "EventEngine", "Hardware", "JSONText", "Metrics", "ModelGraph", "ReinforcementLearning", "Scheduling", "Scenario", "Serving", "Timing",
                "TraceFormats", "Training",
            ]),
        .testTarget(
            name: "HostServingTests",
            dependencies: [
                "EventEngine", "Hardware", "HostServing", "Metrics", "ModelGraph", "Serving", "TensorKernels", "Timing",
                "TraceFormats",
            ]),
        .testTarget(name: "MetricsTests", dependencies: ["EventEngine", "Metrics"]),
        .testTarget(
            name: "ServingTests",
            dependencies: ["EventEngine", "Hardware", "Metrics", "ModelGraph", "Serving", "Timing", "TraceFormats"]),
        .testTarget(
            name: "TrainingTests",
            dependencies: ["EventEngine", "Hardware", "JSONText", "Metrics", "ModelGraph", "Timing", "Training"]),
        .testTarget(
            name: "ReinforcementLearningTests",
            dependencies: [
                "EventEngine", "Hardware", "JSONText", "Metrics", "ModelGraph", "ReinforcementLearning", "Serving",
                "Timing", "TraceFormats", "Training",
            ]),
        .testTarget(
            name: "SchedulingTests",
            dependencies: ["EventEngine", "Hardware", "JSONText", "Metrics", "Scheduling", "TraceFormats"]),
        .testTarget(name: "SimulateTests", dependencies: ["simulate"]),
        .testTarget(
            name: "StudiesTests",
            dependencies: [
                "EventEngine", "Hardware", "HostServing", "JSONText", "Metrics", "ModelGraph", "ReinforcementLearning", "Report",
                "Scheduling", "Scenario", "Serving", "Studies", "TensorKernels", "Timing", "TraceFormats", "Training",
            ]),
        .testTarget(name: "TensorKernelsTests", dependencies: ["EventEngine", "ModelGraph", "TensorKernels"]),
        .testTarget(
            name: "TimingTests", dependencies: ["EventEngine", "Hardware", "JSONText", "ModelGraph", "Timing"]),
        .testTarget(name: "TraceFormatsTests", dependencies: ["EventEngine", "JSONText", "TraceFormats"]),
    ],
    swiftLanguageModes: [.v6]
)
