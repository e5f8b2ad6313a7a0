// swift-tools-version:6.1
import PackageDescription

let package = Package(
    name: "simulate",
    products: [
        .executable(name: "simulate", targets: ["simulate"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
    ],
    targets: [
        .systemLibrary(name: "CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
        .target(name: "JSONText", dependencies: ["CJansson"]),
        .target(name: "EventEngine"),
        .target(
            name: "Hardware", dependencies: ["EventEngine", "JSONText"], resources: [.embedInCode("Resources")]),
        .target(name: "ModelGraph", dependencies: ["JSONText"], resources: [.embedInCode("Resources/Models")]),
        .target(
            name: "Timing", dependencies: ["Hardware", "JSONText", "ModelGraph"],
            resources: [.embedInCode("Resources")]),
        .target(name: "TraceFormats", dependencies: ["EventEngine", "JSONText"]),
        .target(name: "Metrics"),
        .target(
            name: "Serving",
            dependencies: ["EventEngine", "Hardware", "Metrics", "ModelGraph", "Timing", "TraceFormats"]),
        .target(
            name: "Scenario",
            dependencies: [
                "EventEngine", "Hardware", "JSONText", "Metrics", "ModelGraph", "Serving", "Timing", "TraceFormats",
            ], resources: [.embedInCode("Resources")]),
        .target(
            name: "Studies",
            dependencies: ["Hardware", "JSONText", "ModelGraph", "Scenario", "Serving", "Timing"]),
        .target(
            name: "Report",
            dependencies: [
                "EventEngine", "Hardware", "JSONText", "Metrics", "ModelGraph", "Scenario", "Serving", "Studies",
                "Timing", "TraceFormats",
            ], resources: [.embedInCode("Resources")]),
        .executableTarget(
            name: "simulate",
            dependencies: [
                "Hardware", "JSONText", "ModelGraph", "Report", "Scenario", "Studies", "TraceFormats",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "bench", dependencies: ["EventEngine", "JSONText", "Scenario", "TraceFormats"]),
        .testTarget(name: "JSONTextTests", dependencies: ["JSONText"]),
        .testTarget(name: "EventEngineTests", dependencies: ["EventEngine"]),
        .testTarget(name: "HardwareTests", dependencies: ["EventEngine", "Hardware", "JSONText"]),
        .testTarget(name: "ModelGraphTests", dependencies: ["JSONText", "ModelGraph"]),
        .testTarget(name: "SimulateTests", dependencies: ["simulate"]),
        .testTarget(
            name: "StudiesTests", dependencies: ["JSONText", "Metrics", "Scenario", "Serving", "Studies"]),
        .testTarget(name: "TraceFormatsTests", dependencies: ["EventEngine", "JSONText", "TraceFormats"]),
    ],
    swiftLanguageModes: [.v6]
)
