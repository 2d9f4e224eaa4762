import GatewayKit
import Testing

@testable import GatewayAccounts
@testable import GatewayTestKit

/// An event is written in the transaction of what it tells, so that there is never one without the other.
@Suite struct AuditTransactionTests {
    private struct Change: CustomTestStringConvertible {
        let testDescription: String
        let make: @Sendable (World, Owner) async throws -> Void

        init(_ name: String, _ make: @escaping @Sendable (World, Owner) async throws -> Void) {
            testDescription = name
            self.make = make
        }
    }

    /// Somebody with an API key and two sessions, one of which has gone on twice.
    private struct Owner {
        let account: Account
        let caller: AccountSession
        let spentToken: OpaqueToken
        let otherSession: SessionID
        let key: APIKey

        init(in world: World) async throws {
            account = try await world.account()
            let grant = try await world.logIn()
            (caller, spentToken) = (grant.access.claims.caller, grant.refreshToken)
            _ = try await world.refresh(try await world.refresh(spentToken).refreshToken)
            otherSession = try await world.logIn().access.claims.sessionID
            key = try await world.key(of: caller).key
        }
    }

    private static let changes = [
        Change("registration") { world, _ in try await world.account("jane") },
        Change("login") { world, _ in _ = try await world.logIn() },
        Change("replay") { world, owner in
            world.time.advance(by: .seconds(60))
            guard case .refused = try await world.flows.refresh.refresh(owner.spentToken, from: world.visitor) else {
                throw Unexpected("the replay is not refused")
            }
        },
        Change("logout") { world, owner in
            _ = try await world.flows.logout.logOut(owner.caller, nil, everywhere: true, from: world.visitor)
        },
        Change("end of a session") { world, owner in
            _ = try await world.flows.sessions.end(owner.otherSession, of: owner.caller, from: world.visitor)
        },
        Change("password") { world, owner in
            _ = try await world.flows.passwordChange.change(
                owner.caller, from: World.password, to: Password("another password"), by: world.visitor)
        },
        Change("key") { world, owner in _ = try await world.key(of: owner.caller) },
        Change("end of a key") { world, owner in
            _ = try await world.flows.keys.revoke(owner.key.id, of: owner.caller, from: world.visitor)
        },
        Change("name") { world, owner in
            _ = try await world.flows.profile.rename(
                owner.caller, to: try Username("johnny"), from: world.visitor)
        },
        Change("link") { world, owner in
            _ = try await world.flows.recovery.requestReset(for: owner.account.email, from: world.visitor)
        },
        Change("deletion") { world, owner in
            _ = try await world.flows.deletion.delete(
                owner.caller, password: World.password, from: world.visitor)
        },
        Change("groups") { world, owner in
            _ = try await world.flows.administration.setGroups(
                of: owner.account.id, to: [try GroupName("admins")], by: .commandLine)
        },
        Change("disabling") { world, owner in
            _ = try await world.flows.administration.disable(owner.account.id, by: .commandLine)
        },
        Change("an operator's password") { world, owner in
            _ = try await world.flows.administration.setPassword(
                of: owner.account.id, to: Password("another password"), by: .commandLine)
        },
        Change("an operator's deletion") { world, owner in
            _ = try await world.flows.administration.delete(owner.account.id, by: .commandLine)
        },
    ]

    @Test(arguments: changes) private func `what cannot be audited is not done`(change: Change) async throws {
        let world = try World()
        let owner = try await Owner(in: world)
        let before = world.storage.tables
        world.storage.setFault(.auditClosed)
        await #expect(throws: (any Error).self) { try await change.make(world, owner) }
        var after = world.storage.tables
        // That somebody guesses is counted before anything is looked at.
        after.guesses = before.guesses
        #expect(after == before)
        world.storage.setFault(nil)
        let events = try await world.audited().count
        try await change.make(world, owner)
        world.storage.setFault(nil)
        #expect(try await world.audited().count > events)
    }
}
