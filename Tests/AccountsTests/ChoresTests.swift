import GatewayKit
import GatewayTestKit
import Logging
import Testing

@testable import GatewayAccounts

@Suite(.timeLimit(.minutes(5))) struct ChoresTests {
    private func chores(_ world: World) -> Chores {
        Chores(
            storage: world.storage, lifetimes: world.issuer.lifetimes, time: world.time, random: world.random,
            logger: Logger(label: "test"))
    }

    @Test func `what has expired is removed, and what has not stays`() async throws {
        let world = try World()
        let account = try await world.account()
        let old = try await world.logIn().access.claims.caller
        _ = try await world.flows.logout.logOut(old, nil, everywhere: false, from: world.visitor)
        _ = try await world.logIn()
        world.time.advance(by: .seconds(7 * 86_400 + 3660))
        _ = try await world.logIn()
        try await chores(world).cleanUp()
        #expect(try await count(world, account.id) == 2)
        #expect(try await world.revoked().isEmpty)
        world.time.advance(by: .milliseconds(1))
        try await chores(world).cleanUp()
        #expect(try await count(world, account.id) == 1)
    }

    @Test func `nonces of a session that fell silent within the grace are erased`() async throws {
        let world = try World()
        try await world.account()
        let first = try await world.logIn().refreshToken
        let second = try await world.refresh(first).refreshToken
        let third = try await world.refresh(second).refreshToken
        world.time.advance(by: .milliseconds(9999))
        try await chores(world).cleanUp()
        #expect(try await world.hasNonces([first, second, third]) == [true, true, false])
        world.time.advance(by: .milliseconds(1))
        try await chores(world).cleanUp()
        #expect(try await world.hasNonces([first, second, third]) == [false, true, false], "a repeat gets the third")
        #expect(try await world.refresh(second).refreshToken.hash == third.hash)
    }

    @Test func `nothing is removed while another node does it`() async throws {
        let world = try World()
        let account = try await world.account()
        _ = try await world.logIn()
        world.time.advance(by: .seconds(90 * 86_400))
        world.storage.setFault(.notAlone)
        try await chores(world).cleanUp()
        #expect(try await count(world, account.id) == 1)
        world.storage.setFault(nil)
        try await chores(world).cleanUp()
        #expect(try await count(world, account.id) == 0)
    }

    @Test func `more than a batch goes in several transactions`() async throws {
        let world = try World()
        let now = world.time.now()
        try await world.storage.write { records throws(StorageError) in
            for index in 0..<1200 {
                try records.guesses.store(GuessCount(key: "\(index)", count: 1, windowStart: now, keepUntil: now))
            }
        }
        world.time.advance(by: .seconds(1))
        try await chores(world).cleanUp()
        let left = try await world.storage.read { records throws(StorageError) in try records.guesses.count(of: "7") }
        #expect(left == nil)
    }

    @Test func `a session with many tokens goes in several transactions`() async throws {
        let world = try World()
        let account = try await world.account()
        let first = try await world.logIn().refreshToken.hash
        let now = world.time.now()
        try await world.storage.write { records throws(StorageError) in
            var last = first
            for index in 1...1200 {
                let next = OpaqueToken("\(index)").hash
                try records.sessions.rotate(last, nonce: [1], at: now, to: next)
                last = next
            }
        }
        world.time.advance(by: .seconds(7 * 86_400 + 3661))
        let writes = world.storage.writeCount
        try await chores(world).cleanUp()
        #expect(world.storage.writeCount == writes + 3 + 6)
        #expect(try await count(world, account.id) == 0)
    }

    @Test func `it comes soon after the start and then every few minutes, whatever the store does`() async throws {
        let world = try World()
        let running = chores(world)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await running.run() }
            var writes = world.storage.writeCount
            for (pause, count, fault) in [
                (.seconds(8), 7, nil), (.seconds(360), 1, .unavailable), (.seconds(360), 7, nil),
            ] as [(Duration, Int, InMemoryStorage.Fault?)] {
                try await world.time.waitForSleepers()
                world.storage.setFault(fault)
                world.time.advance(by: pause)
                try await world.time.waitForSleepers()
                #expect(world.storage.writeCount == writes + count)
                writes += count
            }
            group.cancelAll()
        }
    }

    private func count(_ world: World, _ account: AccountID) async throws -> Int {
        try await world.storage.read { records throws(StorageError) in
            try records.sessions.sessions(of: account).count
        }
    }
}
