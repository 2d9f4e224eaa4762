import Foundation
import GatewayTestServers

@testable import GatewayPostgres

extension PostgresClock {
    /// The system's clock, with chances that are always the same.
    static var system: PostgresClock {
        let start = ContinuousClock.now
        return PostgresClock(
            elapsed: { ContinuousClock.now - start }, sleep: { try await Task.sleep(for: $0) }, fraction: { 0.5 })
    }
}

extension PostgresCluster {
    /// A pool over a new database.
    func pool(connections: Int = 4, deadlines: PostgresDeadlines = PostgresDeadlines()) async throws -> PostgresPool {
        try await Self.pool(at: url(makeDatabase()), connections: connections, deadlines: deadlines)
    }

    static func pool(
        at url: String, connections: Int = 4, waiting limit: Int = 1000,
        deadlines: PostgresDeadlines = PostgresDeadlines()
    ) throws -> PostgresPool {
        PostgresPool(
            to: try PostgresTarget(url: url), connections: connections, waiting: limit, clock: .system,
            deadlines: deadlines)
    }
}

extension PostgresPool {
    /// The first column of the first row of a statement, a number.
    func number(
        _ statement: String, _ values: [String: PostgresValue] = [:], in kind: PostgresTransaction.Kind = .read
    ) async throws -> Int64? {
        try await transaction(kind) { transaction in
            try transaction.run(statement, values).integer("number", of: 0)
        }
    }

    func run(_ statements: String...) async throws {
        try await transaction(.write) { transaction in
            for statement in statements { _ = try transaction.run(statement) }
        }
    }
}

/// What a transaction has failed with.
func failure<Value>(_ body: () async throws -> Value) async -> PostgresFailure? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? PostgresFailure
    }
}
