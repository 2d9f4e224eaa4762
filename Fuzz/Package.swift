// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that building the gateway never builds what only fuzzing needs. It is built with
// `-enable-testing`, as tests are, since it drives what the gateway keeps to itself; `run` has the flags.
let package = Package(
    name: "gateway-fuzz",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "gateway-fuzz", targets: ["GatewayFuzz"])],
    dependencies: [
        .package(name: "auth-gateway", path: ".."),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    ],
    targets: [
        .target(name: "CLibFuzzer"),
        .executableTarget(
            name: "GatewayFuzz",
            dependencies: [
                "CLibFuzzer",
                .product(name: "Crypto", package: "swift-crypto"),
                // With it come GatewayAccess, GatewayEndpoints and GatewayYAML, which are products of nobody.
                .product(name: "Gateway", package: "auth-gateway"),
                .product(name: "GatewayHTTP", package: "auth-gateway"),
                .product(name: "GatewayKit", package: "auth-gateway"),
                .product(name: "GatewayMailers", package: "auth-gateway"),
                .product(name: "GatewayMiddleware", package: "auth-gateway"),
                .product(name: "GatewayProviders", package: "auth-gateway"),
                .product(name: "GatewayTestKit", package: "auth-gateway"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
            ],
            path: "Sources/GatewayFuzz",
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("MemberImportVisibility"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
