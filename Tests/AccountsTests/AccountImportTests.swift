import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayAccounts

@Suite(.timeLimit(.minutes(5))) struct AccountImportTests {
    @Test func `an account comes with all that it had, and its owner logs in`() async throws {
        let world = try World()
        let hash = try await world.hasher.hash(World.password)
        let made = Timestamp(seconds: 1_000_000)
        let outcomes = try await take(
            [
                ImportedAccount(
                    id: AccountID("old-1"), username: try Username("johndoe"), email: try EmailAddress("j@example.com"),
                    isEmailVerified: true, passwordHash: hash,
                    groups: [try GroupName("staff"), try GroupName("admins")],
                    createdAt: made)
            ], world)
        #expect(outcomes == [.imported])
        let stored = try #require(try await world.stored())
        #expect(stored.id == AccountID("old-1"))
        #expect(stored.isEmailVerified)
        #expect(stored.groups.map(\.text) == ["admins", "staff"])
        #expect(stored.createdAt == made)
        #expect(stored.lastLoginAt == nil)
        #expect(stored.version == 1)
        #expect(try await world.logIn().access.claims.groups == ["admins", "staff"])
        #expect(try await world.audited() == ["account_imported", "login_succeeded"])
        #expect(try await world.mails().isEmpty)
    }

    @Test func `what is there already is passed over, however often it comes`() async throws {
        let world = try World()
        let rows = [try row("anna", id: "1"), try row("bert"), try row("carl", hash: nil)]
        #expect(try await take(rows + rows, world) == [.imported, .imported, .imported] + Self.threeThere)
        #expect(try await take(rows, world) == Self.threeThere)
        #expect(try await world.audited().count == 3)
    }

    @Test func `an account with an id is known by it, though its owner logged in or has another name or address since`()
        async throws
    {
        let world = try World()
        var anna = try row("anna", id: "1")
        #expect(try await take([anna], world) == [.imported])
        anna.passwordHash = PasswordHash("$fake$other")
        #expect(try await take([anna], world) == [.alreadyThere])
        anna.username = try Username("anna2")
        #expect(try await take([anna], world) == [.alreadyThere])
        anna.email = try EmailAddress("other@example.com")
        #expect(try await take([anna], world) == [.conflicts(.id)])
    }

    @Test func `an account that is there under another id is not taken for the one that is meant`() async throws {
        let world = try World()
        #expect(try await take([try row("anna"), try row("bert", id: "1")], world) == [.imported, .imported])
        let meant = [try row("anna", id: "2"), try row("bert", id: "3")]
        #expect(try await take(meant, world) == [.conflicts(.username), .conflicts(.username)])
        #expect(try await take([try row("bert")], world) == [.alreadyThere])
    }

    @Test func `one that conflicts takes none of the others with it`() async throws {
        let world = try World()
        try await world.account("taken")
        let rows = [
            try row("anna"), try row("taken"), try row("bert", email: "taken@example.com"),
            try row("anna", hash: "$fake$other"), try row("carl"),
        ]
        let outcomes = try await take(rows, world)
        #expect(outcomes == [.imported, .conflicts(.username), .conflicts(.email), .conflicts(.username), .imported])
        #expect(try await world.stored("bert") == nil)
        #expect(try await world.stored("carl") != nil)
    }

    @Test func `neither the name nor the id of a deleted account is given away`() async throws {
        let world = try World()
        let (named, numbered) = (try row("anna"), try row("bert", id: "1"))
        #expect(try await take([named, numbered], world) == [.imported, .imported])
        let ids = [try #require(try await world.stored("anna")).id, AccountID("1")]
        for id in ids { #expect(try await world.flows.administration.delete(id, by: .commandLine)) }
        #expect(try await take([named], world) == [.conflicts(.username)])
        #expect(try await take([try row("carl", id: "1")], world) == [.conflicts(.formerID)])
    }

    @Test func `a rehearsal finds the same and stores nothing`() async throws {
        let world = try World()
        try await world.account("taken")
        let rows = [try row("anna"), try row("taken"), try row("anna")]
        for _ in 1...2 {
            var rehearsal = world.flows.administration.accountImport.rehearsal()
            #expect(try await rehearsal.take(rows) == [.imported, .conflicts(.username), .alreadyThere])
            #expect(try await rehearsal.take([rows[0]]) == [.alreadyThere], "as if it had been stored")
        }
        #expect(try await world.stored("anna") == nil)
        #expect(try await world.audited() == ["registered"])
    }

    @Test func `an account without a hash lets nobody in, as slowly as any, until its owner sets a password`()
        async throws
    {
        let world = try World()
        #expect(try await take([try row("johndoe", hash: nil)], world) == [.imported])
        let work = world.hasher.counts.total
        await #expect(throws: Unexpected.self) { try await world.logIn() }
        #expect(world.hasher.counts.total == work + 1)
    }

    @Test func `only ids that came with accounts are looked up`() throws {
        let rows = [try row("anna", id: "1"), try row("bert"), try row("carl", id: "3")]
        let accountImport = AccountImport(
            storage: InMemoryStorage(), hasher: FakePasswordHasher(), time: ManualTime(), random: CountedRandom())
        let candidates = accountImport.candidates(of: rows, at: Timestamp(seconds: 1))
        #expect(candidates.givenIDs == [AccountID("1"), AccountID("3")])
    }

    private static let threeThere: [AccountImport.Outcome] = [.alreadyThere, .alreadyThere, .alreadyThere]

    private func take(_ rows: [ImportedAccount], _ world: World) async throws -> [AccountImport.Outcome] {
        try await world.flows.administration.accountImport.take(rows, by: .commandLine)
    }

    private func row(
        _ name: String, id: String? = nil, email: String? = nil, hash: String? = "$fake$hash"
    ) throws -> ImportedAccount {
        ImportedAccount(
            id: id.map { AccountID($0) }, username: try Username(name),
            email: try EmailAddress(email ?? "\(name)@example.com"),
            passwordHash: hash.map { PasswordHash($0) } ?? .noPassword)
    }
}
