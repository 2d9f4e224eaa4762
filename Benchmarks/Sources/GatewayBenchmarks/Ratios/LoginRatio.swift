import Foundation
import GatewayKit
import GatewayProviders
import GatewayTestKit
import Synchronization

/// Logins per second, and what the same hasher does with nothing around it.
@MainActor
struct LoginRatio {
    let binary: String
    private let pairs = 5
    private let seconds = 3.0
    private let atOnce = 16

    func rows() throws -> [Row] {
        let folder = try WorkFolder()
        defer { folder.remove() }
        let server = try GatewayServer.start(binary, in: folder)
        defer { server.process.end() }
        let people = Person.crowd(atOnce)
        try server.register(people)
        let hasher: any PasswordHasher = try blocking {
            try await Slot.passwords.product(
                of: ["use": "argon2id"], among: .providers, with: try Provision.forTests(random: SystemRandom()))
        }
        let hash: PasswordHash = try blocking { try await hasher.hash(Self.password) }
        var (rates, costs): ([Pair], [Pair]) = ([], [])
        for _ in 0..<pairs {
            let logins = try logins(server, people)
            let bare: Throughput = try blocking { [self] in try await hashes(hasher, hash) }
            rates.append(Pair(gateway: logins.rate, control: bare.rate))
            // The hash's part of a login is wanted, so these two change places.
            costs.append(Pair(gateway: bare.cost, control: logins.cost))
        }
        var share = Row("hash's share of a login's CPU time", costs, unit: .seconds, goal: .atLeast(0.95))
        (share.gateway, share.control) = (share.control, share.gateway)
        return [Row("logins ÷ bare hashes, per second", rates, unit: .perSecond, goal: .atLeast(0.95)), share]
    }

    private struct Throughput {
        /// How many in a second.
        let rate: Double
        /// Processor time of each, in seconds.
        let cost: Double
    }

    private func logins(_ server: GatewayServer, _ people: [Person]) throws -> Throughput {
        let storm = Storm.logins(of: people, at: [server.port])
        Moment.now().advanced(bySeconds: 0.5).wait()
        let (begin, before) = (Moment.now(), try server.process.processorTime())
        begin.advanced(bySeconds: seconds).wait()
        let (end, after) = (Moment.now(), try server.process.processorTime())
        let count = Double(try storm.stop().count { begin <= $0 && $0 < end })
        return Throughput(rate: count / end.since(begin), cost: (after - before) / count)
    }

    private nonisolated func hashes(_ hasher: any PasswordHasher, _ hash: PasswordHash) async throws -> Throughput {
        let begin = Moment.now().advanced(bySeconds: 0.5)
        let end = begin.advanced(bySeconds: seconds)
        return try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<atOnce {
                group.addTask {
                    var count = 0
                    while case let now = Moment.now(), now < end {
                        guard case .matches = try await hasher.verify(Self.password, against: hash) else {
                            throw WrongAnswer()
                        }
                        if begin <= now { count += 1 }
                    }
                    return count
                }
            }
            begin.wait()
            let before = Moment.now(by: CLOCK_PROCESS_CPUTIME_ID)
            end.wait()
            let after = Moment.now(by: CLOCK_PROCESS_CPUTIME_ID)
            var count = 0
            for try await part in group { count += part }
            return Throughput(rate: Double(count) / end.since(begin), cost: after.since(before) / Double(count))
        }
    }

    private nonisolated static let password = Password("stand-by-the-gate")
}
