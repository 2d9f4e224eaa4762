// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that building the gateway never resolves or builds what only measurements need.
let package = Package(
    name: "gateway-benchmarks",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "gateway-benchmarks", targets: ["GatewayBenchmarks"])],
    dependencies: [
        .package(name: "auth-gateway", path: ".."),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    ],
    targets: [
        .executableTarget(
            name: "GatewayBenchmarks",
            dependencies: [
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GatewayKit", package: "auth-gateway"),
                .product(name: "GatewayProviders", package: "auth-gateway"),
                .product(name: "GatewayTestKit", package: "auth-gateway"),
            ],
            path: "Sources/GatewayBenchmarks",
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("MemberImportVisibility"),
            ])
    ],
    swiftLanguageModes: [.v6]
)
