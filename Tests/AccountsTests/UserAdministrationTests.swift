import GatewayAccounts
import GatewayKit
import GatewayTestKit
import Testing

/// What administrators do over REST.
@Suite struct UserAdministrationTests {
    @Test func `an account is made with a password, or its owner sets one by a mailed link`() async throws {
        let world = try World(registration: RegistrationSettings(isOpen: false))
        let root = try await world.administrator()
        let groups: Set = [try GroupName("staff")]
        let known = try await world.created("ada", password: World.password, groups: groups, by: root)
        #expect(known.groups == [try GroupName("staff")] && !known.isEmailVerified)
        #expect(try await world.mails().isEmpty)
        _ = try await world.logIn("ada")
        let invited = try await world.created("bob", by: root)
        let mail = try #require(try await world.mails().first)
        #expect(mail.subject == "Your new account, bob" && mail.text.contains("24 hours"))
        world.time.advance(by: .seconds(23 * 3600))
        let link = try #require(mail.token(for: .reset))
        let outcome = try await world.flows.recovery.reset(by: link, to: World.password, from: world.visitor)
        guard case .reset = outcome else { throw Unexpected(outcome) }
        _ = try await world.logIn("bob")
        #expect(try await world.stored("bob")?.isEmailVerified == true)
        let event = try #require(try await world.events(of: invited.id).first)
        #expect(event.actor == root.session.accountID.text && event.address == "192.0.2.7")
        #expect(event.facts == ["username": "bob", "groups": "", "invited": "true"])
    }

    @Test func `a taken name is told before a taken address, and so is one that a link can give back`() async throws {
        let world = try World()
        let root = try await world.administrator()
        _ = try await world.created("ada", password: World.password, by: root)
        for (name, email, taken) in [
            ("ada", "ada@example.com", "name"), ("ada", "new@example.com", "name"), ("bob", "ada@example.com", "email"),
        ] {
            let creation = try await world.flows.users.create(
                .init(username: try Username(name), email: try EmailAddress(email)), by: root)
            switch creation {
            case .usernameTaken: #expect(taken == "name")
            case .emailTaken: #expect(taken == "email")
            default: throw Unexpected(creation)
            }
        }
        let short = UserAdministration.NewUser(
            username: try Username("carl"), email: try EmailAddress("c@example.com"), password: Password("short"))
        guard case .passwordRefused = try await world.flows.users.create(short, by: root) else {
            throw Unexpected("a short password")
        }
    }

    @Test func `every part is changed at once, with an event each and one revocation`() async throws {
        let world = try World()
        let root = try await world.administrator()
        let ada = try await world.created("ada", password: World.password, isEmailVerified: true, by: root)
        let grant = try await world.logIn("ada")
        _ = try await world.key(of: grant.access.claims.caller)
        let change = UserChange(
            username: try Username("ada2"), email: try EmailAddress("new@example.com"),
            groups: [try GroupName("staff")], isDisabled: true)
        let changed = try await world.changed(ada.id, change, by: root)
        #expect(changed.username.text == "ada2" && changed.email.text == "new@example.com" && changed.isDisabled)
        #expect(!changed.isEmailVerified && changed.groups.map(\.text) == ["staff"] && changed.version == 2)
        let events = try await world.events(of: ada.id).suffix(4)
        #expect(events.map(\.kind) == [.renamed, .addressChanged, .groupsChanged, .accountDisabled])
        #expect(
            events.map(\.facts) == [
                ["from": "ada", "to": "ada2"], ["verified": "false"], ["groups": "staff", "former": ""],
                ["sessions": "1", "api_keys": "1"],
            ])
        #expect(events.allSatisfy { $0.actor == root.session.accountID.text })
        #expect(try await world.revoked().contains(.account(ada.id, leastVersion: 2)))
        await #expect(throws: Unexpected.self) { try await world.refresh(grant.refreshToken) }
        let notices = try await world.mails()
        #expect(notices.map(\.recipient) == ["ada@example.com"])
        #expect(notices.first?.token(for: .restore) == nil, "an administrator's change is not for the mailbox to undo")
    }

    @Test func `a change that is refused in one part changes nothing`() async throws {
        let world = try World()
        let root = try await world.administrator()
        let ada = try await world.created("ada", password: World.password, by: root)
        _ = try await world.created("bob", password: World.password, by: root)
        let before = try await world.audited()
        for (change, taken) in [
            (UserChange(username: try Username("bob"), isDisabled: true), "name"),
            (UserChange(username: try Username("ada3"), email: try EmailAddress("bob@example.com")), "email"),
            (UserChange(username: try Username("bob"), email: try EmailAddress("bob@example.com")), "name"),
        ] {
            switch try await world.flows.users.change(ada.id, change, by: root) {
            case .usernameTaken: #expect(taken == "name")
            case .emailTaken: #expect(taken == "email")
            case let other: throw Unexpected(other)
            }
        }
        #expect(try await world.stored("ada") == ada)
        #expect(try await world.audited() == before)
        let same = UserChange(username: ada.username, email: ada.email, groups: [], isDisabled: false)
        #expect(try await world.changed(ada.id, same, by: root) == ada, "what already is is no change")
    }

    @Test func `an address that an administrator gives ends every link by which the account could change`() async throws
    {
        let world = try World()
        let root = try await world.administrator()
        let ada = try await world.created("ada", password: World.password, isEmailVerified: true, by: root)
        let caller = try await world.logIn("ada").access.claims.caller
        _ = try await world.flows.addressChange.request(
            caller, to: try EmailAddress("b@example.com"), knowing: World.password, from: world.visitor)
        let confirmed = try await world.flows.confirmation.confirm(
            by: try await world.mailedToken(.verify), from: world.visitor)
        #expect(confirmed == .confirmed)
        let restore = try await world.mailedToken(.restore)
        let reserved = try await world.flows.users.create(
            .init(username: try Username("eve"), email: ada.email), by: root)
        guard case .emailTaken = reserved else { throw Unexpected(reserved) }
        let given = try await world.changed(
            ada.id, UserChange(email: try EmailAddress("c@example.com"), isEmailVerified: true), by: root)
        #expect(given.isEmailVerified)
        let restoring = try await world.flows.addressChange.restore(by: restore, from: world.visitor)
        #expect(restoring == .invalidLink)
    }

    @Test(arguments: [Measure.sameAddress, .logOut, .disable])
    func `what makes an account safe ends the link that takes it back to its former address`(measure: Measure)
        async throws
    {
        let world = try World()
        let root = try await world.administrator()
        let ada = try await world.created("ada", password: World.password, isEmailVerified: true, by: root)
        let caller = try await world.logIn("ada").access.claims.caller
        let new = try EmailAddress("b@example.com")
        _ = try await world.flows.addressChange.request(caller, to: new, knowing: World.password, from: world.visitor)
        let token = try await world.mailedToken(.verify)
        #expect(try await world.flows.confirmation.confirm(by: token, from: world.visitor) == .confirmed)
        let restore = try await world.mailedToken(.restore)
        switch measure {
        case .sameAddress: _ = try await world.changed(ada.id, UserChange(email: new, isEmailVerified: true), by: root)
        case .logOut: _ = try await world.flows.users.logOut(ada.id, by: root)
        case .disable:
            _ = try await world.changed(ada.id, UserChange(isDisabled: true), by: root)
            _ = try await world.changed(ada.id, UserChange(isDisabled: false), by: root)
        }
        let restoring = try await world.flows.addressChange.restore(by: restore, from: world.visitor)
        #expect(restoring == .invalidLink)
        #expect(try await world.stored("ada")?.email == new)
    }

    enum Measure: Sendable { case sameAddress, logOut, disable }

    @Test func `an administrator cannot lock themselves out, and may do the rest to themselves`() async throws {
        let world = try World()
        let root = try await world.administrator()
        let own = root.session.accountID
        for change in [
            UserChange(isDisabled: true), UserChange(groups: []), UserChange(groups: [try GroupName("a")]),
            UserChange(email: try EmailAddress("other@example.com")), UserChange(isEmailVerified: false),
        ] {
            let changing = try await world.flows.users.change(own, change, by: root)
            guard case .ownAccount = changing else { throw Unexpected(changing) }
        }
        let deletion = try await world.flows.users.delete(own, by: root)
        guard case .ownAccount = deletion else { throw Unexpected(deletion) }
        let groups: Set = [Administrator.group, try GroupName("staff")]
        #expect(try await world.changed(own, UserChange(groups: groups), by: root).groups.count == 2)
    }

    @Test func `of two administrators who close each other's accounts one remains`() async throws {
        let world = try World()
        let root = try await world.administrator()
        let second = try await world.administrator("second")
        _ = try await world.changed(root.session.accountID, UserChange(isDisabled: true), by: second)
        let late = try await world.flows.users.change(
            second.session.accountID, UserChange(isDisabled: true), by: root)
        guard case .gone = late else { throw Unexpected(late) }
    }

    @Test func `who is no administrator any more gets nothing, though their token still says so`() async throws {
        let world = try World()
        let root = try await world.administrator()
        let second = try await world.administrator("second")
        let ada = try await world.created("ada", password: World.password, by: root)
        _ = try await world.changed(second.session.accountID, UserChange(groups: []), by: root)
        let users = world.flows.users
        #expect(try await users.accounts(beginningWith: "", after: nil, limit: 9, for: second) == nil)
        #expect(try await users.events(AuditFilter(), after: nil, limit: 9, for: second) == nil)
        guard case .gone = try await users.account(ada.id, for: second),
            case .gone = try await users.change(ada.id, UserChange(isDisabled: true), by: second),
            case .gone = try await users.delete(ada.id, by: second),
            case .gone = try await users.logOut(ada.id, by: second),
            case .gone = try await users.sendReset(of: ada.id, by: second),
            case .gone = try await users.create(
                .init(username: try Username("eve"), email: try EmailAddress("e@example.com")), by: second)
        else { throw Unexpected("something was done") }
        #expect(try await world.stored("ada") == ada)
    }

    @Test func `a logout ends the sessions, the API keys and the links under way`() async throws {
        let world = try World()
        let root = try await world.administrator()
        let ada = try await world.created("ada", password: World.password, by: root)
        let grant = try await world.logIn("ada")
        let key = try await world.key(of: grant.access.claims.caller).key
        try await world.flows.recovery.requestReset(for: ada.email, from: world.visitor)
        let link = try await world.mailedToken()
        guard case .done = try await world.flows.users.logOut(ada.id, by: root) else { throw Unexpected("refused") }
        await #expect(throws: Unexpected.self) { try await world.refresh(grant.refreshToken) }
        #expect(try await world.revoked().suffix(2) == [.apiKey(key.id), .account(ada.id, leastVersion: 2)])
        let reset = try await world.flows.recovery.reset(by: link, to: World.password, from: world.visitor)
        guard case .invalidLink = reset else { throw Unexpected(reset) }
        #expect(try await world.events(of: ada.id).last?.facts == ["sessions": "1", "api_keys": "1"])
        _ = try await world.logIn("ada")
    }

    @Test func `a link for a new password takes the place of earlier ones, and a disabled account gets none`()
        async throws
    {
        let world = try World()
        let root = try await world.administrator()
        let ada = try await world.created("ada", by: root)
        let first = try await world.mailedToken()
        guard case .done = try await world.flows.users.sendReset(of: ada.id, by: root) else { throw Unexpected("none") }
        let second = try await world.mailedToken()
        for (token, works) in [(first, false), (second, true)] {
            let outcome = try await world.flows.recovery.reset(by: token, to: World.password, from: world.visitor)
            if case .reset = outcome { #expect(works) } else { #expect(!works) }
        }
        _ = try await world.changed(ada.id, UserChange(isDisabled: true), by: root)
        let refused = try await world.flows.users.sendReset(of: ada.id, by: root)
        guard case .disabled = refused else { throw Unexpected(refused) }
        #expect(try await world.mails().map(\.subject) == ["Your password was changed"])
    }

    @Test(arguments: [0, 1])
    func `an invitation outlives what a stranger asks for, and using either link ends both`(used: Int) async throws {
        let world = try World()
        let root = try await world.administrator()
        let bob = try await world.created("bob", by: root)
        let invitation = try await world.mailedToken()
        try await world.flows.recovery.requestReset(for: bob.email, from: world.visitor)
        let tokens = [invitation, try await world.mailedToken()]
        let outcome = try await world.flows.recovery.reset(by: tokens[used], to: World.password, from: world.visitor)
        guard case .reset = outcome else { throw Unexpected(outcome) }
        for token in tokens {
            let again = try await world.flows.recovery.reset(by: token, to: World.password, from: world.visitor)
            guard case .invalidLink = again else { throw Unexpected(again) }
        }
        _ = try await world.logIn("bob")
    }

    @Test func `what is not there is not found, and a deleted name is never given again`() async throws {
        let world = try World()
        let root = try await world.administrator()
        let (users, nobody) = (world.flows.users, AccountID("nobody"))
        guard case .missing = try await users.account(nobody, for: root),
            case .missing = try await users.change(nobody, UserChange(isDisabled: true), by: root),
            case .missing = try await users.delete(nobody, by: root),
            case .missing = try await users.logOut(nobody, by: root),
            case .missing = try await users.sendReset(of: nobody, by: root)
        else { throw Unexpected("something was found") }
        let ada = try await world.created("ada", password: World.password, by: root)
        guard case .done = try await users.delete(ada.id, by: root) else { throw Unexpected("not deleted") }
        let again = try await users.create(
            .init(username: ada.username, email: try EmailAddress("other@example.com")), by: root)
        guard case .usernameTaken = again else { throw Unexpected(again) }
    }
}
