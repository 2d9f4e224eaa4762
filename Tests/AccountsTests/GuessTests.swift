import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayAccounts

@Suite struct GuessTests {
    private func guess(_ world: World, _ name: String) async throws -> String {
        let outcome = try await world.flows.login.logIn(
            as: name, password: Password("wrong password"), from: world.visitor)
        return switch outcome {
        case .loggedIn: "in"
        case .refused: "refused"
        case .unverified: "unverified"
        case .tooManyGuesses(let retryAfter): "\(retryAfter.wholeSecondsRoundedUp)"
        }
    }

    @Test(arguments: ["johndoe", "nobody"])
    func `of two hundred parallel wrong guesses ten are compared`(name: String) async throws {
        let world = try World()
        try await world.account()
        let before = world.hasher.counts.total
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 { group.addTask { _ = try await guess(world, name) } }
            try await group.waitForAll()
        }
        #expect(world.hasher.counts.total - before == 10)
        #expect(try await world.audited().count { $0 == "guesses_exhausted" } == 1)
    }

    @Test func `an account is counted as one, however it is named`() async throws {
        let world = try World()
        try await world.account()
        for _ in 1...5 {
            #expect(try await guess(world, "johndoe") == "refused")
            #expect(try await guess(world, "JohnDoe@example.com") == "refused")
        }
        #expect(try await guess(world, "johndoe") == "900")
        #expect(try await guess(world, "johndoe@example.com") == "900")
    }

    @Test func `the right password does not help during the wait, and does after it`() async throws {
        let world = try World()
        try await world.account()
        for _ in 1...10 { _ = try await guess(world, "johndoe") }
        let outcome = try await world.flows.login.logIn(as: "johndoe", password: World.password, from: world.visitor)
        guard case .tooManyGuesses = outcome else { throw Unexpected(outcome) }
        world.time.advance(by: .seconds(900))
        _ = try await world.logIn()
    }

    @Test(arguments: ["johndoe", "nobody"])
    func `the wait doubles up to its bound, and ends`(name: String) async throws {
        let world = try World()
        try await world.account()
        for wait in [900, 1800, 3600, 3600] {
            for _ in 1...10 { #expect(try await guess(world, name) == "refused") }
            #expect(try await guess(world, name) == "\(wait)")
            world.time.advance(by: .seconds(wait))
        }
        world.time.advance(by: .seconds(3601))
        for _ in 1...10 { #expect(try await guess(world, name) == "refused") }
        #expect(try await guess(world, name) == "900")
    }

    @Test func `success forgives what was guessed before`() async throws {
        let world = try World()
        try await world.account()
        for _ in 1...9 { _ = try await guess(world, "johndoe") }
        _ = try await world.logIn()
        for _ in 1...10 { #expect(try await guess(world, "johndoe") == "refused") }
    }

    @Test func `a guess that was too busy to be compared does not count`() async throws {
        let world = try World()
        try await world.account()
        world.hasher.setBusy(retryAfter: .seconds(1))
        for _ in 1...30 { _ = try? await guess(world, "johndoe") }
        world.hasher.setBusy(retryAfter: nil)
        for _ in 1...10 { #expect(try await guess(world, "johndoe") == "refused") }
        #expect(try await guess(world, "johndoe") == "900")
    }

    @Test func `guesses at the current password count with those at the login`() async throws {
        let world = try World()
        try await world.account()
        let caller = try await world.logIn().access.claims.caller
        for _ in 1...10 {
            let outcome = try await world.flows.passwordChange.change(
                caller, from: Password("wrong password"), to: Password("another one"), by: world.visitor)
            guard case .wrongPassword = outcome else { throw Unexpected(outcome) }
        }
        #expect(try await guess(world, "johndoe") == "900")
        let outcome = try await world.flows.deletion.delete(caller, password: World.password, from: world.visitor)
        guard case .tooManyGuesses = outcome else { throw Unexpected(outcome) }
    }

    @Test func `the right current password is no guess, whatever becomes of the change`() async throws {
        let world = try World()
        try await world.account()
        let caller = try await world.logIn().access.claims.caller
        let change = world.flows.passwordChange
        for _ in 1...11 {
            let outcome = try await change.change(
                caller, from: World.password, to: Password("short"), by: world.visitor)
            guard case .passwordRefused = outcome else { throw Unexpected(outcome) }
        }
        for _ in 1...11 {
            // Busy from behind the comparison on, so that the new hash is what cannot be made.
            world.hasher.setMeanwhile { world.hasher.setBusy(retryAfter: .seconds(1)) }
            let error = await #expect(throws: AccountsError.self) {
                try await change.change(caller, from: World.password, to: Password("another one"), by: world.visitor)
            }
            guard case .busy = error else { throw Unexpected(error as Any) }
            world.hasher.setBusy(retryAfter: nil)
        }
        world.hasher.setMeanwhile(nil)
        _ = try await world.logIn()
    }

    @Test func `a window that has passed counts no more`() {
        let limits = LoginSettings.Guesses(
            perAccount: RateLimit(count: 2, per: .seconds(60)), backOffUpTo: .seconds(60))
        let start = Timestamp(seconds: 0)
        var count = GuessCount.fresh("key", at: start)
        #expect(count.take(at: start, within: limits) == .mayGuess)
        #expect(count.take(at: start + .seconds(60), within: limits) == .mayGuess)
        #expect(count.take(at: start + .seconds(119), within: limits) == .lastGuess(thenWait: .seconds(60)))
        #expect(count.take(at: start + .seconds(120), within: limits) == .mustWait(.seconds(59)))
    }
}
