public import CoreMetrics
public import GatewayKit
public import Logging

extension Provision {
    // What else TestKit has: `Conformance/` holds a suite for each role, `InMemoryStorage/` a store, the `Fake…` files,
    // `RecordingMailer`, `ManualTime` and `CountedRandom` stand in for other roles, `RecordedLog` keeps what was
    // logged, `RecordedMetrics` what was counted, and `BrokenFile` runs files whose lines end in the problems that they
    // announce.

    /// What a module under test is made with: by default still clocks, counted random bytes, an empty store in memory,
    /// for a gateway at `https://auth.example.com` whose secret file holds one key.
    public static func forTests(
        time: any TimeSource = ManualTime(), random: any RandomSource = CountedRandom(),
        storage: (any Storage)? = InMemoryStorage(), folder: String = "/folder-of-the-file",
        publicURL: String = "https://auth.example.com",
        keyring: SecretKeyring? = SecretKeyring([(id: "test", key: Secret([UInt8](repeating: 7, count: 32)))]),
        mayCreate: Bool = true, services: ServiceList = ServiceList(), logger: Logger = Logger(label: "test"),
        metrics: any MetricsFactory = NOOPMetricsHandler.instance, kept: KeptParts = KeptParts()
    ) throws -> Provision {
        Provision(
            logger: logger, time: time, random: random, folder: folder, publicURL: try PublicURL(publicURL),
            mayCreate: mayCreate, keyring: keyring, storage: storage, services: services, metrics: metrics,
            kept: kept)
    }
}

extension Slot {
    /// Makes the product that a section of a file would give, `["use": "file", "folder": "mail"]`; throws
    /// ``BrokenSection``, and whatever the module's `make` throws.
    public func product(
        of section: ConfigLiteral, among modules: ModuleSet, with provision: Provision
    ) async throws -> Product {
        var reading = ConfigReading(registry: ModuleRegistry(sets: [modules]))
        let choice = Settings<ModuleChoice<Product>>.module(self).read(section.node(), in: &reading)
        guard let choice, reading.errorCount == 0 else { throw BrokenSection(problems: reading.problems) }
        return try await choice.make(provision)
    }
}

/// A section that does not decode.
public struct BrokenSection: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with it.
    public let problems: [ConfigProblem]

    public var description: String {
        problems.map { $0.path.isEmpty ? $0.message : "\($0.path): \($0.message)" }.joined(separator: "; ")
    }
}
