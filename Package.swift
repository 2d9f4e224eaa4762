// swift-tools-version: 6.2
import PackageDescription

// Folder `Sources/X` is the target `GatewayX`. Targets stand in the order of their arrows: each imports only what
// stands above it. A foreign library is imported by one target; siblings meet in Kit.
let package = Package(
    name: "auth-gateway",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "auth-gateway", targets: ["GatewayMain"]),
        .library(name: "Gateway", targets: ["Gateway"]),
        .library(name: "GatewayKit", targets: ["GatewayKit"]),
        .library(name: "GatewayHTTP", targets: ["GatewayHTTP"]),
        .library(name: "GatewayProviders", targets: ["GatewayProviders"]),
        .library(name: "GatewayMailers", targets: ["GatewayMailers"]),
        .library(name: "GatewayMiddleware", targets: ["GatewayMiddleware"]),
        .library(name: "GatewayTestKit", targets: ["GatewayTestKit"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C libraries of the system
        .systemLibrary(
            name: "CArgon2", path: "Sources/CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(
            name: "CXCrypt", path: "Sources/CXCrypt", pkgConfig: "libxcrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(
            name: "CPQ", path: "Sources/CPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),

        // A client of PostgreSQL that knows nothing of gateways
        .target(name: "GatewayPostgres", dependencies: ["CPQ"], path: "Sources/Postgres"),

        // Contracts
        .target(name: "GatewayKit", dependencies: [.log, .lifecycle, .crypto, .metrics], path: "Sources/Kit"),

        // Tokens and the keys that check them
        .target(
            name: "GatewayJOSE", dependencies: ["GatewayKit", .crypto, .cryptoExtras], path: "Sources/JOSE"),

        // The file and the scripts
        .target(name: "GatewayYAML", dependencies: ["GatewayKit", .yams], path: "Sources/YAML"),
        .target(
            name: "GatewaySQL", dependencies: [.crypto], path: "sql",
            resources: [.embedInCode("sqlite"), .embedInCode("postgres")]),

        // Modules behind roles
        .target(
            name: "GatewayProviders",
            dependencies: [
                "GatewayJOSE", "GatewayKit", "GatewayPostgres", "GatewaySQL", "CArgon2", "CXCrypt", .crypto,
                .cryptoExtras, .grdb, .lifecycle, .log, .metrics,
            ],
            path: "Sources/Providers", resources: [.embedInCode("Passwords/common_passwords.txt")]),
        .target(
            name: "GatewayMailers",
            dependencies: ["GatewayKit", .lifecycle, .nioCore, .nioPosix, .nioSSL, .nioTLS],
            path: "Sources/Mailers"),

        // The rules of the field
        .target(
            name: "GatewayAccounts", dependencies: ["GatewayKit", .crypto, .lifecycle, .log, .metrics],
            path: "Sources/Accounts"),
        .target(
            name: "GatewayAccess", dependencies: ["GatewayJOSE", "GatewayKit", .crypto, .lifecycle, .log, .metrics],
            path: "Sources/Access"),

        // What speaks HTTP
        .target(
            name: "GatewayHTTP",
            dependencies: [
                "GatewayKit", .httpTypes, .hummingbird, .hummingbirdCore, .lifecycle, .log, .metrics, .nioCore,
                .nioHTTP1, .nioHTTPTypes, .nioHTTPTypesHTTP1, .nioPosix,
            ],
            path: "Sources/HTTP"),
        .target(
            name: "GatewayMiddleware",
            dependencies: ["GatewayHTTP", "GatewayKit", .httpTypes, .hummingbird, .log, .metrics, .nioCore],
            path: "Sources/Middleware"),
        .target(
            name: "GatewayEndpoints",
            dependencies: [
                "GatewayAccess", "GatewayAccounts", "GatewayHTTP", "GatewayKit", .crypto, .httpTypes, .hummingbird,
                .nioCore,
            ],
            path: "Sources/Endpoints"),

        // The host
        .target(
            name: "Gateway",
            dependencies: [
                "GatewayAccess", "GatewayAccounts", "GatewayEndpoints", "GatewayHTTP", "GatewayJOSE", "GatewayKit",
                "GatewayYAML", .argumentParser, .asyncHTTPClient, .lifecycle, .log, .metrics, .nioCore, .nioHTTP1,
                .nioPosix, .nioSSL, .nioTLS, .unixSignals,
            ],
            path: "Sources/Gateway"),
        .executableTarget(
            name: "GatewayMain",
            dependencies: ["Gateway", "GatewayMailers", "GatewayMiddleware", "GatewayProviders"], path: "Sources/Main"),

        // For those who test modules
        .target(
            name: "GatewayTestKit", dependencies: ["GatewayKit", "GatewayYAML", .lifecycle, .log, .metrics],
            path: "Sources/TestKit"),

        // Servers that tests start
        .target(name: "GatewayTestServers", path: "Tests/TestServers"),

        // Tests mirror the sources
        .testTarget(
            name: "GatewayPostgresTests", dependencies: ["GatewayPostgres", "GatewayTestServers"],
            path: "Tests/PostgresTests"),
        .testTarget(
            name: "GatewayKitTests", dependencies: ["GatewayKit", "GatewayTestKit", .metrics],
            path: "Tests/KitTests"),
        .testTarget(
            name: "GatewayJOSETests", dependencies: ["GatewayJOSE", "GatewayKit", .crypto, .cryptoExtras],
            path: "Tests/JOSETests"),
        .testTarget(
            name: "GatewayYAMLTests", dependencies: ["GatewayKit", "GatewayYAML", "GatewayTestKit"],
            path: "Tests/YAMLTests", exclude: ["BrokenFiles"]),
        .testTarget(
            name: "GatewayProvidersTests",
            dependencies: [
                "GatewayAccounts", "GatewayJOSE", "GatewayKit", "GatewayPostgres", "GatewayProviders", "GatewaySQL",
                "GatewayTestKit", "GatewayTestServers", .crypto, .cryptoExtras, .grdb, .lifecycle, .log,
            ],
            path: "Tests/ProvidersTests"),
        .testTarget(
            name: "GatewayMailersTests",
            dependencies: [
                "GatewayKit", "GatewayMailers", "GatewayTestKit", .lifecycle, .nioCore, .nioEmbedded, .nioPosix,
                .nioSSL,
            ],
            path: "Tests/MailersTests", exclude: ["SMTP/exim.py", "SMTP/server.py"]),
        .testTarget(
            name: "GatewayAccountsTests",
            dependencies: ["GatewayAccounts", "GatewayKit", "GatewayTestKit", .crypto, .lifecycle, .log],
            path: "Tests/AccountsTests"),
        .testTarget(
            name: "GatewayAccessTests",
            dependencies: ["GatewayAccess", "GatewayJOSE", "GatewayKit", "GatewayTestKit", .crypto, .log],
            path: "Tests/AccessTests"),
        .testTarget(
            name: "GatewayHTTPTests",
            dependencies: [
                "GatewayHTTP", "GatewayKit", "GatewayTestKit", .httpTypes, .hummingbird, .hummingbirdTesting,
                .lifecycle,
                .log, .nioCore, .nioEmbedded, .nioHTTP1, .nioPosix,
            ],
            path: "Tests/HTTPTests"),
        .testTarget(
            name: "GatewayMiddlewareTests",
            dependencies: [
                "GatewayHTTP", "GatewayKit", "GatewayMiddleware", "GatewayTestKit", .httpTypes, .hummingbird,
                .hummingbirdTesting, .log, .nioCore,
            ],
            path: "Tests/MiddlewareTests"),
        .testTarget(
            name: "GatewayEndpointsTests",
            dependencies: [
                "GatewayAccess", "GatewayAccounts", "GatewayEndpoints", "GatewayHTTP", "GatewayKit", "GatewayTestKit",
                .crypto, .httpTypes, .hummingbird, .hummingbirdTesting, .log, .nioCore,
            ],
            path: "Tests/EndpointsTests"),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Gateway", "GatewayAccess", "GatewayAccounts", "GatewayEndpoints", "GatewayHTTP", "GatewayKit",
                "GatewayMailers", "GatewayMiddleware", "GatewayProviders", "GatewayTestKit", "GatewayYAML", .httpTypes,
                .hummingbird, .hummingbirdTesting, .lifecycle, .log,
                .metrics, .nioCore, .nioPosix, .nioSSL,
            ],
            path: "Tests/GatewayTests", exclude: ["BrokenFiles", "BrokenLinks"]),
        .testTarget(
            name: "GatewayEndToEndTests",
            dependencies: ["GatewayKit", "GatewayMain", "GatewayTestKit", "GatewayTestServers"],
            path: "Tests/EndToEndTests",
            exclude: ["Deploy/keeper.py", "Issuers/minted.json", "Mail/faulty.py", "schemathesis.toml"]),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
}

extension Target.Dependency {
    static var argumentParser: Self { .product(name: "ArgumentParser", package: "swift-argument-parser") }
    static var asyncHTTPClient: Self { .product(name: "AsyncHTTPClient", package: "async-http-client") }
    static var crypto: Self { .product(name: "Crypto", package: "swift-crypto") }
    static var cryptoExtras: Self { .product(name: "CryptoExtras", package: "swift-crypto") }
    static var grdb: Self { .product(name: "GRDB", package: "GRDB.swift") }
    static var httpTypes: Self { .product(name: "HTTPTypes", package: "swift-http-types") }
    static var hummingbird: Self { .product(name: "Hummingbird", package: "hummingbird") }
    static var hummingbirdCore: Self { .product(name: "HummingbirdCore", package: "hummingbird") }
    static var hummingbirdTesting: Self { .product(name: "HummingbirdTesting", package: "hummingbird") }
    static var lifecycle: Self { .product(name: "ServiceLifecycle", package: "swift-service-lifecycle") }
    static var log: Self { .product(name: "Logging", package: "swift-log") }
    static var metrics: Self { .product(name: "CoreMetrics", package: "swift-metrics") }
    static var nioCore: Self { .product(name: "NIOCore", package: "swift-nio") }
    static var nioEmbedded: Self { .product(name: "NIOEmbedded", package: "swift-nio") }
    static var nioHTTP1: Self { .product(name: "NIOHTTP1", package: "swift-nio") }
    static var nioHTTPTypes: Self { .product(name: "NIOHTTPTypes", package: "swift-nio-extras") }
    static var nioHTTPTypesHTTP1: Self { .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras") }
    static var nioPosix: Self { .product(name: "NIOPosix", package: "swift-nio") }
    static var nioSSL: Self { .product(name: "NIOSSL", package: "swift-nio-ssl") }
    static var nioTLS: Self { .product(name: "NIOTLS", package: "swift-nio") }
    static var unixSignals: Self { .product(name: "UnixSignals", package: "swift-service-lifecycle") }
    static var yams: Self { .product(name: "Yams", package: "Yams") }
}
