// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "portbase",
    products: [
        .executable(name: "portbase", targets: ["portbase"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    ],
    targets: [
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "CSockets"),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "Migrations",
            path: "migrations",
            resources: [.embedInCode("v001-initial.sql")],
            swiftSettings: strict
        ),
        .target(
            name: "PortCore",
            dependencies: ["CSockets", .product(name: "HeapModule", package: "swift-collections")],
            swiftSettings: strict
        ),
        .target(
            name: "Baseline",
            dependencies: [
                "CSQLite", "Migrations", "PortCore",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "portbase",
            dependencies: [
                "Baseline", "CZlib", "PortCore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "store-bench", dependencies: ["Baseline", "PortCore"], path: "bench/StoreBench",
            swiftSettings: strict
        ),
        .testTarget(name: "PortCoreTests", dependencies: ["PortCore"], swiftSettings: strict),
        .testTarget(
            name: "BaselineTests",
            dependencies: ["Baseline", "Migrations", "PortCore"],
            exclude: ["Fixtures", "Golden"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "portbaseTests",
            dependencies: [
                "portbase", "Baseline", "PortCore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: ["Golden"],
            swiftSettings: strict
        ),
    ]
)
