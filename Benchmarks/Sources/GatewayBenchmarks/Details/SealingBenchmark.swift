import GatewayKit

/// Sealing and opening what the store must not hold in clear: a mail's size under the deployment's key.
struct SealingBenchmark {
    func run(clock: some Clock<Duration>) async throws -> [Measurement] {
        let keyring = SecretKeyring([("k1", Secret(SystemRandom().bytes(32)))])
        let mail = SystemRandom().bytes(1024)
        let sealed = try keyring.seal(mail, for: "benchmark")
        let sealing = try await Measurement("seal 1 KiB", clock: clock, repetitions: 2000) {
            _ = try keyring.seal(mail, for: "benchmark")
        }
        let opening = try await Measurement("open 1 KiB", clock: clock, repetitions: 2000) {
            _ = try keyring.open(sealed, for: "benchmark")
        }
        return [sealing, opening]
    }
}
