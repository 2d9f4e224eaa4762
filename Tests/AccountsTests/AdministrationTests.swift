import GatewayAccounts
import GatewayKit
import GatewayTestKit
import Testing

@Suite struct AdministrationTests {
    @Test func `an operator makes an account with groups, and may when registration is closed`() async throws {
        let world = try World(registration: RegistrationSettings(isOpen: false))
        let creation = try await world.flows.administration.create(
            try Username("root"), try EmailAddress("root@example.com"), password: World.password,
            groups: [try GroupName("staff"), try GroupName("admins")], by: .commandLine)
        guard case .created(let account) = creation else { throw Unexpected(creation) }
        #expect(account.groups.map(\.text) == ["admins", "staff"])
        #expect(try await world.logIn("root").access.claims.groups == ["admins", "staff"])
        #expect(try await world.audited().first == "account_created")
        let taken = try await world.flows.administration.create(
            try Username("root"), try EmailAddress("b@example.com"), password: World.password, groups: [],
            by: .commandLine)
        guard case .usernameTaken = taken else { throw Unexpected(taken) }
    }

    @Test func `groups set anew revoke the tokens that state the old ones, and the session goes on`() async throws {
        let world = try World()
        let account = try await world.account()
        let grant = try await world.logIn()
        let admins = try GroupName("admins")
        let changed = try await world.flows.administration.setGroups(
            of: account.id, to: [admins], by: .commandLine)
        #expect(changed?.version == 2)
        #expect(try await world.revoked() == [.account(account.id, leastVersion: 2)])
        _ = try await world.refresh(grant.refreshToken)
    }

    @Test func `a change to what already is changes nothing`() async throws {
        let world = try World()
        let account = try await world.account()
        _ = try await world.flows.administration.setGroups(of: account.id, to: [], by: .commandLine)
        _ = try await world.flows.administration.enable(account.id, by: .commandLine)
        #expect(try await world.stored()?.version == 1)
        #expect(try await world.revoked().isEmpty)
        #expect(try await world.audited() == ["registered"])
    }

    @Test func `a disabled account is out at once, and in again when enabled`() async throws {
        let world = try World()
        let account = try await world.account()
        let grant = try await world.logIn()
        _ = try await world.flows.administration.disable(account.id, by: .commandLine)
        #expect(try await world.revoked() == [.account(account.id, leastVersion: 2)])
        await #expect(throws: Unexpected.self) { try await world.refresh(grant.refreshToken) }
        #expect(try await world.flows.profile.account(of: grant.access.claims.caller) == nil)
        _ = try await world.flows.administration.enable(account.id, by: .commandLine)
        await #expect(throws: Unexpected.self) { try await world.refresh(grant.refreshToken) }
        _ = try await world.logIn()
    }

    @Test func `the owner is told at the address that the account has once the password is hashed`() async throws {
        let world = try World()
        let account = try await world.account()
        let hasher = InterruptedHasher(inner: world.hasher) {
            _ = try? await world.storage.write { records throws(StorageError) in
                guard var moved = try records.accounts.account(account.id) else { return }
                moved.email = EmailAddress(stored: "moved@example.com")
                _ = try records.accounts.update(moved)
            }
        }
        let administration = Administration(
            storage: world.storage, hasher: hasher, outbox: world.outbox, links: .standard,
            publicURL: try PublicURL("https://auth.example.com"), follower: world.follower, time: world.time,
            random: world.random)
        _ = try await administration.setPassword(of: account.id, to: Password("another one"), by: .commandLine)
        #expect(try await world.mails().last?.recipient == "moved@example.com")
    }

    @Test func `a password set by an operator ends the sessions and tells the owner`() async throws {
        let world = try World()
        let account = try await world.account()
        let grant = try await world.logIn()
        let setting = try await world.flows.administration.setPassword(
            of: account.id, to: Password("another one"), by: .commandLine)
        guard case .changed = setting else { throw Unexpected(setting) }
        await #expect(throws: Unexpected.self) { try await world.refresh(grant.refreshToken) }
        _ = try await world.logIn(password: Password("another one"))
        #expect(try await world.mails().map(\.subject).last == "Your password was changed")
    }

    @Test func `accounts are found by name and address, and listed by name`() async throws {
        let world = try World()
        for name in ["carl", "anna", "bert"] { try await world.account(name) }
        let administration = world.flows.administration
        #expect(try await administration.account(named: "ANNA")?.username.text == "anna")
        #expect(try await administration.account(named: "bert@example.com")?.username.text == "bert")
        #expect(try await administration.account(named: "nobody") == nil)
        #expect(try await administration.accounts(after: nil, limit: 2).map(\.username.text) == ["anna", "bert"])
        let rest = try await administration.accounts(after: try Username("bert"), limit: 2)
        #expect(rest.map(\.username.text) == ["carl"])
    }

    @Test func `what is not there is neither changed nor deleted`() async throws {
        let world = try World()
        let nobody = AccountID("nobody")
        #expect(try await world.flows.administration.disable(nobody, by: .commandLine) == nil)
        #expect(try await !world.flows.administration.delete(nobody, by: .commandLine))
    }
}

/// Lets something happen while it hashes.
private struct InterruptedHasher: PasswordHasher {
    let inner: FakePasswordHasher
    let meanwhile: @Sendable () async -> Void

    var policy: PasswordPolicy { inner.policy }

    func hash(_ password: Password) async throws(PasswordHasherError) -> PasswordHash {
        await meanwhile()
        return try await inner.hash(password)
    }

    func verify(
        _ password: Password, against hash: PasswordHash
    ) async throws(PasswordHasherError) -> PasswordVerdict { try await inner.verify(password, against: hash) }

    func verifyNobody(_ password: Password) async throws(PasswordHasherError) {
        try await inner.verifyNobody(password)
    }
}
