import GatewayAccounts
import GatewayKit
import GatewayTestKit
import Testing

/// A stranger has registered with somebody's address: what its owner is told, and can do.
@Suite struct StrangersAccountTests {
    @Test func `whoever asks for a link is told to go on only by a password of their own`() async throws {
        let world = try World()
        try await world.account("mallory1")
        _ = try await world.mails()
        try await world.resend("mallory1@example.com")
        let mail = try #require(try await world.mails().last)
        #expect(
            mail.text.hasPrefix(
                """
                Hello,

                there is an account with this address at https://auth.example.com.
                If you have chosen its password yourself, confirm the address by this
                link:

                https://auth.example.com/auth/verify-email/
                """))
        #expect(
            mail.text.hasSuffix(
                """
                The link works once, and for 24 hours.

                If you have not, somebody else has made the account, even if you have
                asked for this mail: do not follow the link, but ask for a new password
                there. That takes the account over: only your password works then, and
                whoever is logged in is logged out.

                """))
    }

    @Test func `a new password takes the account over, and ends the stranger's sessions and keys`() async throws {
        let world = try World()
        let account = try await world.account("mallory1")
        let grant = try await world.logIn("mallory1")
        let key = try await world.key(of: grant.access.claims.caller)
        _ = try await world.mails()
        try await world.flows.recovery.requestReset(for: account.email, from: world.visitor)
        let reset = try await world.flows.recovery.reset(
            by: try await world.mailedToken(), to: Password("staple battery"), from: world.visitor)
        guard case .reset = reset else { throw Unexpected(reset) }
        #expect(try await world.stored("mallory1")?.isEmailVerified == true)
        let refreshed = try await world.flows.refresh.refresh(grant.refreshToken, from: world.visitor)
        guard case .refused = refreshed else { throw Unexpected(refreshed) }
        #expect(try await world.enter("mallory1") == "refused")
        #expect(try await world.enter("mallory1", Password("staple battery")) == "in")
        #expect(try await world.keyIDs([key.token]) == [nil])
    }

    @Test func `whoever is asked whether an account may have their address is told what their link does`() async throws
    {
        let world = try World()
        try await world.account("mallory1")
        let caller = try await world.logIn("mallory1").access.claims.caller
        _ = try await world.mails()
        _ = try await world.flows.addressChange.request(
            caller, to: try EmailAddress("victim@example.com"), knowing: World.password, from: world.visitor)
        let mail = try #require(try await world.mails().last)
        #expect(mail.text.hasPrefix("Hello,\n\nsomebody, probably you, wants their account at "))
        #expect(mail.text.contains("If this was not you, do nothing"))
    }

    @Test func `the name that a link is for is told without consuming it`() async throws {
        let world = try World.required()
        try await world.wait("mallory1")
        let token = try await world.mailedToken(.verify)
        let confirmation = world.flows.confirmation
        for _ in 1...2 { #expect(try await confirmation.name(linkedBy: token)?.text == "mallory1") }
        #expect(try await confirmation.name(linkedBy: OpaqueToken("unknown")) == nil)
        #expect(try await world.confirm(token))
        #expect(try await confirmation.name(linkedBy: token) == nil)
    }
}
