// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "pigeon-mailer",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "PigeonMailer", targets: ["PigeonMailer"]),
        .executable(name: "pigeon-gateway", targets: ["pigeon-gateway"]),
    ],
    dependencies: [
        // In a package of your own: the address and the version of the gateway that you build on.
        .package(name: "auth-gateway", path: "../..")
    ],
    targets: [
        // The module: GatewayKit is all that it needs.
        .target(name: "PigeonMailer", dependencies: [.product(name: "GatewayKit", package: "auth-gateway")]),

        // A gateway that contains it.
        .executableTarget(
            name: "pigeon-gateway",
            dependencies: [
                "PigeonMailer",
                .product(name: "Gateway", package: "auth-gateway"),
                .product(name: "GatewayMailers", package: "auth-gateway"),
                .product(name: "GatewayMiddleware", package: "auth-gateway"),
                .product(name: "GatewayProviders", package: "auth-gateway"),
            ]),

        .testTarget(
            name: "PigeonMailerTests",
            dependencies: [
                "PigeonMailer",
                .product(name: "GatewayKit", package: "auth-gateway"),
                .product(name: "GatewayTestKit", package: "auth-gateway"),
            ],
            exclude: ["BrokenFiles"]),
    ]
)
