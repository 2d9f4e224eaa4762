import GatewayKit
import GatewayTestKit
import Logging
import Testing

@testable import GatewayAccounts

@Suite(.timeLimit(.minutes(5))) struct PersonalKeysTests {
    @Test func `a key is stored by its hash, and listed as it was asked for, the youngest first`() async throws {
        let world = try World()
        try await world.account()
        let caller = try await world.logIn().access.claims.caller
        let first = try await world.key(of: caller)
        world.time.advance(by: .seconds(1))
        let second = try await world.key("backup", lifetime: .seconds(60), at: ["/reports/**"], of: caller)
        let listed = try await world.flows.keys.keys(of: caller)
        #expect(listed == [second.key, first.key])
        #expect(listed.map(\.name.text) == ["backup", "ci"])
        #expect(listed.map(\.expiresAt) == [world.time.now() + .seconds(60), nil])
        #expect(listed.map(\.scope?.patterns) == [["/reports/**"], nil])
        #expect(
            try await world.keyIDs([first.token, second.token, OpaqueToken("agk_x")]) == [
                listed[1].id, listed[0].id, nil,
            ])
        #expect(first.token.reveal().hasPrefix("agk_"))
        #expect(try await world.audited().suffix(2) == ["api_key_created", "api_key_created"])
        world.time.advance(by: .seconds(60))
        #expect(try await world.flows.keys.keys(of: caller) == [first.key], "what has ended is not shown")
    }

    @Test func `a key is revoked by its owner alone, once, and the log says so`() async throws {
        let world = try World()
        try await world.account()
        try await world.account("jane")
        let (john, jane) = (
            try await world.logIn().access.claims.caller, try await world.logIn("jane").access.claims.caller
        )
        let new = try await world.key(of: john)
        #expect(try await !world.flows.keys.revoke(new.key.id, of: jane, from: world.visitor))
        #expect(try await world.flows.keys.keys(of: jane).isEmpty)
        let settled = world.follower.count
        #expect(try await world.flows.keys.revoke(new.key.id, of: john, from: world.visitor))
        #expect(world.follower.count == settled + 1)
        #expect(try await !world.flows.keys.revoke(new.key.id, of: john, from: world.visitor))
        #expect(try await world.keyIDs([new.token]) == [nil])
        #expect(try await world.revoked() == [.apiKey(new.key.id)])
        #expect(try await world.audited().filter { $0 == "api_key_revoked" }.count == 1)
    }

    @Test func `an account has a hundred living keys at most`() async throws {
        let world = try World()
        try await world.account()
        let caller = try await world.logIn().access.claims.caller
        for _ in 1..<PersonalKeys.limit { _ = try await world.key(of: caller) }
        _ = try await world.key(lifetime: .seconds(60), of: caller)
        guard case .tooMany = try await world.creation(of: caller) else {
            Issue.record("there is one more")
            return
        }
        world.time.advance(by: .seconds(60))
        _ = try await world.key(of: caller)
    }

    @Test func `of a time and a moment the sooner counts, and a moment that is over is refused`() async throws {
        let world = try World()
        try await world.account()
        let (caller, now) = (try await world.logIn().access.claims.caller, world.time.now())
        for (lifetime, moment, end) in [(60, 61, 60), (60, 59, 59), (nil, 1, 1)] as [(Int?, Int, Int)] {
            let outcome = try await world.flows.keys.create(
                try KeyName("ci"), for: lifetime.map { .seconds($0) }, until: now + .seconds(moment), at: nil,
                of: caller, from: world.visitor)
            guard case .created(let new) = outcome else { throw Unexpected("there is no key") }
            #expect(new.key.expiresAt == now + .seconds(end))
        }
        let outcome = try await world.flows.keys.create(
            try KeyName("ci"), until: now, at: nil, of: caller, from: world.visitor)
        guard case .endIsPast = outcome else { throw Unexpected("there is a key") }
    }

    @Test func `whoever holds a token of an ended session, or of a disabled account, gets no key`() async throws {
        let world = try World()
        let account = try await world.account()
        let caller = try await world.logIn().access.claims.caller
        _ = try await world.flows.logout.logOut(caller, nil, everywhere: false, from: world.visitor)
        let other = try await world.logIn().access.claims.caller
        let outcomes = [try await world.creation(of: caller)]
        _ = try await world.flows.administration.disable(account.id, by: .commandLine)
        for outcome in outcomes + [try await world.creation(of: other)] {
            guard case .gone = outcome else { throw Unexpected("there is a key") }
        }
    }

    @Test func `logging out everywhere, another password by its owner and other groups leave the keys`() async throws {
        let world = try World()
        let account = try await world.account()
        let caller = try await world.logIn().access.claims.caller
        let new = try await world.key(of: caller)
        let changed = try await world.flows.passwordChange.change(
            caller, from: World.password, to: Password("another password"), by: world.visitor)
        guard case .changed = changed else { throw Unexpected(changed) }
        _ = try await world.flows.administration.setGroups(
            of: account.id, to: [try GroupName("admins")], by: .commandLine)
        _ = try await world.flows.logout.logOut(caller, nil, everywhere: true, from: world.visitor)
        #expect(try await world.keyIDs([new.token]) == [new.key.id])
        #expect(try await !world.revoked().contains(.apiKey(new.key.id)))
    }

    @Test(arguments: Ending.allCases)
    fileprivate func `a reset, an operator's password, disabling and deletion end the keys of the account alone`(
        ending: Ending
    ) async throws {
        let world = try World()
        let account = try await world.account()
        try await world.account("jane")
        let caller = try await world.logIn().access.claims.caller
        let keys = [try await world.key(of: caller), try await world.key(of: caller)]
        let other = try await world.key(of: try await world.logIn("jane").access.claims.caller)
        try await ending.act(on: account, caller, in: world)
        #expect(try await world.keyIDs(keys.map(\.token) + [other.token]) == [nil, nil, other.key.id])
        let revoked = try await world.revoked()
        #expect(Set(keys.map(\.key.id)).isSubset(of: revoked.compactMap(\.key)))
        #expect(!revoked.contains(.apiKey(other.key.id)))
    }

    @Test func `keys that have expired are removed`() async throws {
        let world = try World()
        try await world.account()
        let caller = try await world.logIn().access.claims.caller
        let (short, long) = (
            try await world.key(lifetime: .seconds(60), of: caller), try await world.key(of: caller)
        )
        world.time.advance(by: .seconds(61))
        try await Chores(
            storage: world.storage, lifetimes: world.issuer.lifetimes, time: world.time, random: world.random,
            logger: Logger(label: "test")
        ).cleanUp()
        #expect(try await world.keyIDs([short.token, long.token]) == [nil, long.key.id])
    }
}

/// What ends all keys of an account.
private enum Ending: CaseIterable {
    case reset, password, disabling, deletion, ownDeletion

    func act(on account: Account, _ caller: AccountSession, in world: World) async throws {
        switch self {
        case .reset:
            _ = try await world.mails()
            try await world.flows.recovery.requestReset(for: account.email, from: world.visitor)
            _ = try await world.flows.recovery.reset(
                by: try await world.mailedToken(), to: Password("another password"), from: world.visitor)
        case .password:
            _ = try await world.flows.administration.setPassword(
                of: account.id, to: Password("another password"), by: .commandLine)
        case .disabling: _ = try await world.flows.administration.disable(account.id, by: .commandLine)
        case .deletion: _ = try await world.flows.administration.delete(account.id, by: .commandLine)
        case .ownDeletion:
            _ = try await world.flows.deletion.delete(caller, password: World.password, from: world.visitor)
        }
    }
}

extension Revocation.Subject {
    fileprivate var key: String? { if case .apiKey(let id) = self { id } else { nil } }
}

extension World {
    /// What becomes of making a key.
    func creation(
        _ name: String = "ci", lifetime: Duration? = nil, at paths: [String]? = nil, of caller: AccountSession
    ) async throws -> PersonalKeys.Creation {
        try await flows.keys.create(
            try KeyName(name), for: lifetime, at: try paths.map { paths throws(InputRefusal) in try KeyScope(paths) },
            of: caller, from: visitor)
    }

    /// A new key.
    func key(
        _ name: String = "ci", lifetime: Duration? = nil, at paths: [String]? = nil, of caller: AccountSession
    ) async throws -> PersonalKeys.NewKey {
        let outcome = try await creation(name, lifetime: lifetime, at: paths, of: caller)
        guard case .created(let new) = outcome else { throw Unexpected("there is no key") }
        return new
    }

    /// The keys that the store has for those texts.
    func keyIDs(_ tokens: [OpaqueToken]) async throws -> [String?] {
        try await storage.read { records throws(StorageError) in
            var ids: [String?] = []
            for token in tokens { ids.append(try records.apiKeys.key(hashed: token.hash)?.id) }
            return ids
        }
    }
}
