// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "portbase",
    targets: [
        .target(name: "CSockets"),
        .target(name: "PortCore", dependencies: ["CSockets"], swiftSettings: strict),
    ]
)
