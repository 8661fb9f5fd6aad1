// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "portbase",
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    ],
    targets: [
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "CSockets"),
        .target(
            name: "Migrations",
            path: "migrations",
            resources: [.embedInCode("v001-initial.sql")],
            swiftSettings: strict
        ),
        .target(name: "PortCore", dependencies: ["CSockets"], swiftSettings: strict),
        .target(
            name: "Baseline",
            dependencies: [
                "CSQLite", "Migrations", "PortCore",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
    ]
)
