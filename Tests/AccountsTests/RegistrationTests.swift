import GatewayAccounts
import GatewayKit
import GatewayTestKit
import Testing

@Suite struct RegistrationTests {
    @Test func `a new account is stored, welcomed and audited`() async throws {
        let world = try World()
        let account = try await world.account()
        #expect(try await world.stored() == account)
        #expect(try await world.audited() == ["registered"])
        let mails = try await world.mails()
        #expect(mails.map(\.recipient) == ["johndoe@example.com"])
        #expect(mails.map(\.subject) == ["Welcome"])
    }

    @Test func `a taken name is reported before a taken address, and either alone`() async throws {
        let world = try World()
        try await world.account()
        for (name, email, expected) in [
            ("johndoe", "johndoe@example.com", "usernameTaken"), ("johndoe", "other@example.com", "usernameTaken"),
            ("other", "johndoe@example.com", "emailTaken"),
        ] {
            let outcome = try await world.flows.registration.register(
                try Username(name), try EmailAddress(email), password: World.password, from: world.visitor)
            #expect("\(outcome)" == expected)
        }
    }

    @Test func `a name once given away is never given again`() async throws {
        let world = try World()
        let account = try await world.account()
        #expect(try await world.flows.administration.delete(account.id, by: .commandLine))
        let outcome = try await world.flows.registration.register(
            account.username, account.email, password: World.password, from: world.visitor)
        guard case .usernameTaken = outcome else { throw Unexpected(outcome) }
    }

    @Test func `a closed registration hashes and stores nothing`() async throws {
        let world = try World(registration: RegistrationSettings(isOpen: false))
        let outcome = try await world.flows.registration.register(
            try Username("johndoe"), try EmailAddress("a@example.com"), password: World.password, from: world.visitor)
        guard case .closed = outcome else { throw Unexpected(outcome) }
        #expect(world.hasher.counts.total == 0)
        #expect(world.storage.writeCount == 0)
    }

    @Test(arguments: ["short", "password", "johndoe1", "johndoe1@example.com"])
    func `a password that everybody would try is refused before it is hashed`(password: String) async throws {
        let world = try World()
        let outcome = try await world.flows.registration.register(
            try Username("johndoe1"), try EmailAddress("johndoe1@example.com"), password: Password(password),
            from: world.visitor)
        guard case .passwordRefused = outcome else { throw Unexpected(outcome) }
        #expect(world.hasher.counts.total == 0)
    }

    @Test func `of fifty parallel registrations of one name one is stored`() async throws {
        let world = try World()
        let stored = try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<50 {
                group.addTask {
                    let outcome = try await world.flows.registration.register(
                        try Username("johndoe"), try EmailAddress("a\(index)@example.com"), password: World.password,
                        from: world.visitor)
                    if case .registered = outcome { return true }
                    return false
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(stored == 1)
        #expect(try await world.mails().count == 1)
    }

    @Test func `a store out of reach is an error, and never a refusal`() async throws {
        let world = try World()
        world.storage.setFault(.unavailable)
        let error = await #expect(throws: AccountsError.self) { try await world.account() }
        guard case .unavailable = error else { throw Unexpected(error as Any) }
    }

    @Test func `a lost commit is neither repeated nor taken for a refusal`() async throws {
        let world = try World()
        world.storage.setFault(.outcomeUnknown)
        let error = await #expect(throws: AccountsError.self) { try await world.account() }
        guard case .outcomeUnknown = error else { throw Unexpected(error as Any) }
        #expect(world.storage.writeCount == 1)
    }
}
