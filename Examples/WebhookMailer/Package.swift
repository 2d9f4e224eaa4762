// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "webhook-mailer",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "WebhookMailer", targets: ["WebhookMailer"]),
        .executable(name: "webhook-gateway", targets: ["webhook-gateway"]),
    ],
    dependencies: [
        // In a package of your own: the address and the version of the gateway that you build on.
        .package(name: "auth-gateway", path: "../.."),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    ],
    targets: [
        // The module.
        .target(
            name: "WebhookMailer",
            dependencies: [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GatewayKit", package: "auth-gateway"),
            ]),

        // A gateway that contains it.
        .executableTarget(
            name: "webhook-gateway",
            dependencies: [
                "WebhookMailer",
                .product(name: "Gateway", package: "auth-gateway"),
                .product(name: "GatewayMailers", package: "auth-gateway"),
                .product(name: "GatewayMiddleware", package: "auth-gateway"),
                .product(name: "GatewayProviders", package: "auth-gateway"),
            ]),

        .testTarget(
            name: "WebhookMailerTests",
            dependencies: [
                "WebhookMailer",
                .product(name: "GatewayKit", package: "auth-gateway"),
                .product(name: "GatewayTestKit", package: "auth-gateway"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            exclude: ["BrokenFiles"]),
    ]
)
