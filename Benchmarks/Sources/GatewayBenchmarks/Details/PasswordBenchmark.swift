import GatewayKit
import GatewayProviders
import GatewayTestKit

/// A password's check with the default settings of each module, alone and four at once.
struct PasswordBenchmark {
    func run(clock: some Clock<Duration>) async throws -> [Measurement] {
        var lines: [Measurement] = []
        for module in ["argon2id", "bcrypt"] {
            let provision = try Provision.forTests(random: SystemRandom())
            let hasher = try await Slot.passwords.product(
                of: ["use": .scalar(module)], among: .providers, with: provision)
            let password = Password("stand-by-the-gate")
            let hash = try await hasher.hash(password)
            let alone = try await Measurement("\(module): check one", clock: clock, rounds: 5, repetitions: 4) {
                _ = try await hasher.verify(password, against: hash)
            }
            let crowd = try await Measurement("\(module): check four at once", clock: clock, rounds: 5, repetitions: 1)
            {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 { group.addTask { _ = try await hasher.verify(password, against: hash) } }
                    try await group.waitForAll()
                }
            }
            lines += [alone, crowd]
        }
        return lines
    }
}
