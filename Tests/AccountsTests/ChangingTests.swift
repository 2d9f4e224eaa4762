import GatewayAccounts
import GatewayKit
import GatewayTestKit
import Testing

@Suite struct ChangingTests {
    private let new = Password("another one")

    @Test func `a changed password ends the other sessions and leaves the caller's own`() async throws {
        let world = try World()
        try await world.account()
        let (mine, other) = (try await world.logIn(), try await world.logIn())
        let outcome = try await world.flows.passwordChange.change(
            mine.access.claims.caller, from: World.password, to: new, by: world.visitor)
        guard case .changed = outcome else { throw Unexpected(outcome) }
        #expect(try await world.revoked() == [.session(other.access.claims.sessionID)])
        await #expect(throws: Unexpected.self) { try await world.refresh(other.refreshToken) }
        _ = try await world.refresh(mine.refreshToken)
        _ = try await world.logIn(password: new)
        #expect(try await world.stored()?.version == 2)
        #expect(try await world.mails().map(\.subject).last == "Your password was changed")
    }

    @Test func `a login with the old password does not come through behind the change`() async throws {
        let world = try World()
        try await world.account()
        let mine = try await world.logIn().access.claims.caller
        world.hasher.setMeanwhile {
            world.hasher.setMeanwhile(nil)
            _ = try? await world.flows.passwordChange.change(
                mine, from: World.password, to: new, by: world.visitor)
        }
        await #expect(throws: Unexpected.self) { try await world.logIn() }
    }

    @Test func `of two changes at once the second is told that the password is another by now`() async throws {
        let world = try World()
        try await world.account()
        let caller = try await world.logIn().access.claims.caller
        let change: @Sendable () async -> Void = {
            world.hasher.setMeanwhile(nil)
            _ = try? await world.flows.passwordChange.change(
                caller, from: World.password, to: new, by: world.visitor)
        }
        // Between comparing and hashing, so that both have shown the right password.
        world.hasher.setMeanwhile { world.hasher.setMeanwhile(change) }
        let outcome = try await world.flows.passwordChange.change(
            caller, from: World.password, to: Password("a third one"), by: world.visitor)
        guard case .wrongPassword = outcome else { throw Unexpected(outcome) }
        _ = try await world.logIn(password: new)
    }

    @Test func `a change goes through although the account's groups change meanwhile`() async throws {
        let world = try World()
        let account = try await world.account()
        let caller = try await world.logIn().access.claims.caller
        let promote: @Sendable () async -> Void = {
            world.hasher.setMeanwhile(nil)
            let admins = GroupName(stored: "admins")
            _ = try? await world.flows.administration.setGroups(of: account.id, to: [admins], by: .commandLine)
        }
        world.hasher.setMeanwhile { world.hasher.setMeanwhile(promote) }
        let outcome = try await world.flows.passwordChange.change(
            caller, from: World.password, to: new, by: world.visitor)
        guard case .changed = outcome else { throw Unexpected(outcome) }
        #expect(try await world.stored()?.version == 3)
        #expect(try await world.stored()?.groups.map(\.text) == ["admins"])
    }

    @Test func `a change whose session ends while it hashes is told so`() async throws {
        let world = try World()
        try await world.account()
        let caller = try await world.logIn().access.claims.caller
        let leave: @Sendable () async -> Void = {
            world.hasher.setMeanwhile(nil)
            _ = try? await world.flows.logout.logOut(caller, nil, everywhere: false, from: world.visitor)
        }
        world.hasher.setMeanwhile { world.hasher.setMeanwhile(leave) }
        let outcome = try await world.flows.passwordChange.change(
            caller, from: World.password, to: new, by: world.visitor)
        guard case .gone = outcome else { throw Unexpected(outcome) }
        _ = try await world.logIn()
    }

    @Test func `a new password is held to the policy, and a dead session changes nothing`() async throws {
        let world = try World()
        try await world.account()
        let caller = try await world.logIn().access.claims.caller
        let common = try await world.flows.passwordChange.change(
            caller, from: World.password, to: Password("password"), by: world.visitor)
        guard case .passwordRefused = common else { throw Unexpected(common) }
        _ = try await world.flows.logout.logOut(caller, nil, everywhere: false, from: world.visitor)
        let gone = try await world.flows.passwordChange.change(
            caller, from: World.password, to: new, by: world.visitor)
        guard case .gone = gone else { throw Unexpected(gone) }
    }

    @Test func `a deleted account is gone with all that was issued to it`() async throws {
        let world = try World()
        let account = try await world.account()
        let grant = try await world.logIn()
        let wrong = try await world.flows.deletion.delete(
            grant.access.claims.caller, password: new, from: world.visitor)
        guard case .wrongPassword = wrong else { throw Unexpected(wrong) }
        let outcome = try await world.flows.deletion.delete(
            grant.access.claims.caller, password: World.password, from: world.visitor)
        guard case .deleted = outcome else { throw Unexpected(outcome) }
        #expect(try await world.stored() == nil)
        #expect(try await world.revoked() == [.account(account.id, leastVersion: 2)])
        await #expect(throws: Unexpected.self) { try await world.refresh(grant.refreshToken) }
        #expect(try await world.flows.profile.account(of: grant.access.claims.caller) == nil)
    }

    @Test func `a deletion proved with a password that was reset meanwhile deletes nothing`() async throws {
        let world = try World()
        let account = try await world.account()
        let caller = try await world.logIn().access.claims.caller
        _ = try await world.mails()
        try await world.flows.recovery.requestReset(for: account.email, from: world.visitor)
        let link = try await world.mailedToken()
        world.hasher.setMeanwhile {
            world.hasher.setMeanwhile(nil)
            _ = try? await world.flows.recovery.reset(by: link, to: new, from: world.visitor)
        }
        let outcome = try await world.flows.deletion.delete(caller, password: World.password, from: world.visitor)
        guard case .gone = outcome else { throw Unexpected(outcome) }
        _ = try await world.logIn(password: new)
    }

    @Test func `a deletion whose session ended meanwhile deletes nothing`() async throws {
        let world = try World()
        try await world.account()
        let caller = try await world.logIn().access.claims.caller
        world.hasher.setMeanwhile {
            world.hasher.setMeanwhile(nil)
            _ = try? await world.flows.logout.logOut(caller, nil, everywhere: false, from: world.visitor)
        }
        let outcome = try await world.flows.deletion.delete(caller, password: World.password, from: world.visitor)
        guard case .gone = outcome else { throw Unexpected(outcome) }
        #expect(try await world.stored() != nil)
    }

    @Test func `a deletion compares once more when the account has changed and the session lives`() async throws {
        let world = try World()
        let account = try await world.account()
        let caller = try await world.logIn().access.claims.caller
        let comparisons = world.hasher.counts.verifications
        world.hasher.setMeanwhile {
            world.hasher.setMeanwhile(nil)
            let admins = GroupName(stored: "admins")
            _ = try? await world.flows.administration.setGroups(of: account.id, to: [admins], by: .commandLine)
        }
        let outcome = try await world.flows.deletion.delete(caller, password: World.password, from: world.visitor)
        guard case .deleted = outcome else { throw Unexpected(outcome) }
        #expect(world.hasher.counts.verifications == comparisons + 2)
        #expect(try await world.revoked().last == .account(account.id, leastVersion: 3))
    }

    @Test func `a renamed account logs in by its new name, and nobody gets the old one`() async throws {
        let world = try World()
        let account = try await world.account()
        let caller = try await world.logIn().access.claims.caller
        let renaming = try await world.flows.profile.rename(caller, to: try Username("jane"), from: world.visitor)
        guard case .renamed(let renamed) = renaming else { throw Unexpected(renaming) }
        #expect(renamed.id == account.id)
        _ = try await world.logIn("jane")
        try await world.account("stranger")
        let stranger = try await world.logIn("stranger").access.claims.caller
        let squatting = try await world.flows.profile.rename(stranger, to: account.username, from: world.visitor)
        guard case .usernameTaken = squatting else { throw Unexpected(squatting) }
        let back = try await world.flows.profile.rename(caller, to: account.username, from: world.visitor)
        guard case .renamed = back else { throw Unexpected(back) }
    }
}
