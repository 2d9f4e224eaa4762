import GatewayAccounts
import GatewayKit
import GatewayTestKit
import Testing

/// What operators see counted of what people ask for; the store runs every write twice, and each still counts once.
@Suite(.timeLimit(.minutes(5))) struct AccountMetersTests {
    @Test func `logins are counted by the reasons that the audit trail states`() async throws {
        let world = try World()
        let closed = try await world.account("closed")
        _ = try await world.flows.administration.disable(closed.id, by: .commandLine)
        try await world.account()
        _ = try await world.logIn()
        for name in ["nobody", "closed"] {
            _ = try await world.flows.login.logIn(as: name, password: World.password, from: world.visitor)
        }
        for _ in 0..<12 {
            _ = try await world.flows.login.logIn(as: "johndoe", password: Password("wrong"), from: world.visitor)
        }
        world.storage.setFault(.unavailable)
        await #expect(throws: AccountsError.self) { try await world.logIn() }
        let outcomes = ["succeeded", "unknown", "disabled", "password", "back_off", "changed", "failed"]
        #expect(outcomes.map { world.count("logins", $0) } == [1, 1, 1, 10, 2, 0, 1])
    }

    @Test func `refreshes are rotated, repeated, replayed or refused`() async throws {
        let world = try World()
        try await world.account()
        let first = try await world.logIn().refreshToken
        let second = try await world.refresh(first).refreshToken
        _ = try await world.refresh(first)
        _ = try await world.refresh(second)
        world.time.advance(by: .seconds(60))
        for token in [first, OpaqueToken("unknown")] {
            _ = try await world.flows.refresh.refresh(token, from: world.visitor)
        }
        let outcomes = ["rotated", "repeated", "replayed", "refused", "failed"]
        #expect(outcomes.map { world.count("refreshes", $0) } == [2, 1, 1, 1, 0])
    }

    @Test func `registrations are counted by what became of them`() async throws {
        let world = try World()
        try await world.account()
        for (name, address, password) in [
            ("johndoe", "a@example.com", World.password), ("other", "johndoe@example.com", World.password),
            ("someone", "b@example.com", Password("short")),
        ] {
            _ = try await world.flows.registration.register(
                try Username(name), try EmailAddress(address), password: password, from: world.visitor)
        }
        let outcomes = ["registered", "username_taken", "email_taken", "password_refused", "closed", "failed"]
        #expect(outcomes.map { world.count("registrations", $0) } == [1, 1, 1, 1, 0, 0])
        let closed = try World(registration: RegistrationSettings(isOpen: false))
        await #expect(throws: Unexpected.self) { try await closed.account() }
        #expect(closed.count("registrations", "closed") == 1)
    }

    @Test func `reset links are counted when asked for and when used, current passwords when stated`() async throws {
        let world = try World()
        let account = try await world.account()
        let nobody = try EmailAddress("nobody@example.com")
        try await world.flows.recovery.requestReset(for: nobody, from: world.visitor)
        _ = try await world.mails()
        for _ in 0..<7 { try await world.flows.recovery.requestReset(for: account.email, from: world.visitor) }
        #expect(["mailed", "unknown", "held_back"].map { world.count("reset_requests", $0) } == [5, 1, 2])
        _ = try await world.flows.recovery.reset(
            by: OpaqueToken("unknown"), to: Password("another password"), from: world.visitor)
        #expect(world.count("password_resets", "invalid_link") == 1)

        let caller = try await world.logIn().access.claims.caller
        for password in [Password("wrong"), World.password] {
            _ = try await world.flows.passwordChange.change(
                caller, from: password, to: Password("another password"), by: world.visitor)
        }
        _ = try await world.flows.deletion.delete(
            caller, password: Password("another password"), from: world.visitor)
        _ = try await world.flows.deletion.delete(caller, password: World.password, from: world.visitor)
        #expect(["right", "wrong", "gone", "back_off"].map { world.count("password_proofs", $0) } == [2, 1, 1, 0])
    }

    @Test func `deliveries are counted by what became of them`() async throws {
        let post = Post()
        let names = ["delivered", "put_off", "given_up"]
        let counts = {
            names.map { post.metrics.value("auth_gateway_mail_deliveries_total", ["outcome": $0]) }
        }
        try await post.enqueue("a")
        try await post.whileDelivering { try await post.waitForRest() }
        #expect(counts() == [1, 0, 0])
    }
}

extension World {
    func count(_ what: String, _ outcome: String) -> Double? {
        metrics.value("auth_gateway_\(what)_total", ["outcome": outcome])
    }
}
