import Foundation
import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayAccounts

@Suite(.timeLimit(.minutes(5))) struct AuditTests {
    @Test func `every kind of event is written by a flow, with the facts that the page says, and with no secret`()
        async throws
    {
        let world = try World()
        var secrets = [World.password.revealText(), "canary password", "canary-name"]
        secrets += try await live(in: world)
        let events = try await world.storage.read { records throws(StorageError) in
            try records.audit.latest(of: nil, limit: 1000)
        }
        var facts: [String: Set<String>] = [:]
        for event in events { facts[event.kind.word, default: []].formUnion(event.facts.keys) }
        #expect(facts == (try Self.documented().filter { !$0.key.hasPrefix("signing_key") }))
        #expect(Set(facts.keys) == Set(AuditEvent.Kind.all.map(\.word)))
        let actors = Set(events.map(\.actor))
        #expect(actors.isSuperset(of: ["self", "command-line"]) && actors.count == 3, "and an administrator's id")
        let text = "\(events)"
        for secret in secrets + ["@", "example.com"] { #expect(!text.contains(secret), "\(secret)") }
    }

    @Test func `an ended session is told with the one that ended it, and a change with how many it ended`() async throws
    {
        let world = try World()
        try await world.account()
        let first = try await world.logIn().access.claims.caller
        let second = try await world.logIn().access.claims.caller
        _ = try await world.logIn()
        _ = try await world.flows.sessions.end(first.sessionID, of: second, from: world.visitor)
        _ = try await world.flows.passwordChange.change(
            second, from: World.password, to: Password("another password"), by: world.visitor)
        let events = try await world.storage.read { records throws(StorageError) in
            try records.audit.latest(of: nil, limit: 2)
        }
        #expect(
            events.map(\.facts) == [
                ["sessions": "1"], ["session": first.sessionID.text, "by_session": second.sessionID.text],
            ])
    }

    @Test func `the page has the kinds of signing keys' events too`() throws {
        let source = try Self.text(of: "Sources/Providers/Tokens/Rotation/SigningKeyLife.swift")
        let kinds = source.matches(of: #/Self\("(signing_[a-z_]+)"\)/#).map { String($0.1) }
        #expect(kinds.count == 5)
        #expect(Set(kinds) == Set(try Self.documented().keys.filter { $0.hasPrefix("signing_key") }))
    }

    /// A life in which everything happens; the secrets that came up in it.
    private func live(in world: World) async throws -> [String] {
        let (flows, visitor) = (world.flows, world.visitor)
        var secrets: [String] = []
        let account = try await world.account()
        world.hasher.outdateHashes()
        let first = try await world.logIn()
        let second = try await world.refresh(try await world.refresh(first.refreshToken).refreshToken)
        world.time.advance(by: .seconds(60))
        _ = try await flows.refresh.refresh(first.refreshToken, from: visitor)
        secrets += [first, second].flatMap { [$0.access.token.reveal(), $0.refreshToken.reveal()] }
        let third = try await world.logIn().access.claims.caller
        _ = try await flows.sessions.end(try await world.logIn().access.claims.sessionID, of: third, from: visitor)
        _ = try await flows.logout.logOut(third, nil, everywhere: true, from: visitor)
        let fourth = try await world.logIn().access.claims.caller
        _ = try await flows.passwordChange.change(
            fourth, from: Password("canary password"), to: World.password, by: visitor)
        _ = try await flows.passwordChange.change(
            fourth, from: World.password, to: Password("canary password"), by: visitor)
        let keys = [try await world.key("canary-name", of: fourth), try await world.key(of: fourth)]
        secrets += keys.map { $0.token.reveal() }
        _ = try await flows.keys.revoke(keys[0].key.id, of: fourth, from: visitor)
        _ = try await flows.profile.rename(fourth, to: try Username("johnny"), from: visitor)
        for _ in 1...6 { try await flows.recovery.requestReset(for: account.email, from: visitor) }
        _ = try await flows.recovery.requestReset(for: try EmailAddress("nobody@example.com"), from: visitor)
        let token = try #require(try await world.mails().compactMap(Self.token).last)
        secrets.append(token.reveal())
        _ = try await flows.recovery.reset(by: token, to: World.password, from: visitor)
        for _ in 1...11 {
            _ = try await flows.login.logIn(as: "canary-name", password: Password("canary password"), from: visitor)
        }
        secrets += try await move(world)
        secrets.append(try await wait(world))
        secrets += try await administerRemotely(world)
        try await administer(world)
        let last = try await world.logIn("root").access.claims.caller
        _ = try await flows.deletion.delete(last, password: World.password, from: visitor)
        return secrets
    }

    /// An address is confirmed, changed and taken back.
    private func move(_ world: World) async throws -> [String] {
        let (flows, visitor) = (world.flows, world.visitor)
        let account = try await world.account("mover")
        for _ in 1...6 { try await flows.confirmation.request(for: account.email, from: visitor) }
        var tokens = [try await world.mailedToken(.verify, last: true)]
        _ = try await flows.confirmation.confirm(by: tokens[0], from: visitor)
        world.time.advance(by: .seconds(3600))
        let caller = try await world.logIn("mover").access.claims.caller
        _ = try await world.key(of: caller)
        _ = try await flows.addressChange.request(
            caller, to: try EmailAddress("moved@example.com"), knowing: World.password, from: visitor)
        tokens.append(try await world.mailedToken(.verify))
        _ = try await flows.confirmation.confirm(by: tokens[1], from: visitor)
        tokens.append(try await world.mailedToken(.restore))
        _ = try await flows.addressChange.restore(by: tokens[2], from: visitor)
        return tokens.map { $0.reveal() }
    }

    /// A registration waits, and is confirmed.
    private func wait(_ world: World) async throws -> String {
        let flows = world.flows(.required)
        _ = try await flows.registration.register(
            try Username("newcomer"), try EmailAddress("newcomer@example.com"), password: World.password,
            from: world.visitor)
        let token = try await world.mailedToken(.verify)
        #expect(try await flows.confirmation.confirm(by: token, from: world.visitor) == .confirmed)
        return token.reveal()
    }

    private func administer(_ world: World) async throws {
        let administration = world.flows.administration
        let creation = try await administration.create(
            try Username("root"), try EmailAddress("root@example.com"), password: World.password, groups: [],
            by: .commandLine)
        guard case .created(let root) = creation else { throw Unexpected(creation) }
        let imported = ImportedAccount(
            username: try Username("moved"), email: try EmailAddress("moved@example.com"), groups: [])
        _ = try await administration.accountImport.take([imported], by: .commandLine)
        _ = try await administration.setGroups(of: root.id, to: [try GroupName("admins")], by: .commandLine)
        _ = try await administration.disable(root.id, by: .commandLine)
        _ = try await administration.enable(root.id, by: .commandLine)
        _ = try await administration.setPassword(of: root.id, to: World.password, by: .commandLine)
        let keys = [
            ("two", Secret([UInt8](repeating: 8, count: 32))), ("one", Secret([UInt8](repeating: 7, count: 32))),
        ]
        let outbox = Outbox(keyring: SecretKeyring(keys), signal: Signal())
        _ = try await outbox.reseal(in: world.storage, at: world.time.now(), by: "command-line")
        let care = MailCare(storage: world.storage, outbox: outbox, time: world.time)
        let mail = try #require(try await care.mails(limit: 1).first)
        #expect(try await care.retry(mail.id, by: .commandLine) == .made)
        #expect(try await care.drop(mail.id, by: .commandLine) == .made)
    }

    /// An administrator makes an account, has its owner set a password, and changes every part of it.
    private func administerRemotely(_ world: World) async throws -> [String] {
        let chief = try await world.administrator("chief")
        let made = try await world.created("invited", isEmailVerified: true, by: chief)
        let token = try await world.mailedToken(last: true)
        for isVerified in [true, false] {
            _ = try await world.changed(made.id, UserChange(isEmailVerified: isVerified), by: chief)
        }
        let change = UserChange(username: try Username("invitee"), email: try EmailAddress("other@example.com"))
        _ = try await world.changed(made.id, change, by: chief)
        _ = try await world.flows.users.logOut(made.id, by: chief)
        _ = try await world.flows.users.sendReset(of: made.id, by: chief)
        return [token.reveal()]
    }

    private static func token(in mail: Mail) -> OpaqueToken? {
        mail.text.split(separator: "\n").first { $0.contains("/auth/reset-password/") }
            .map { OpaqueToken(String($0.split(separator: "/").last ?? "")) }
    }

    /// The kinds in the table of docs/audit.md, with their facts.
    private static func documented() throws -> [String: Set<String>] {
        let page = try text(of: "docs/audit.md")
        var kinds: [String: Set<String>] = [:]
        for line in page.split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|")
            let words = cells.map { $0.matches(of: #/`([a-z_]+)`/#).map { String($0.1) } }
            guard words.count == 3, let kind = words[0].first else { continue }
            kinds[kind] = Set(words[2])
        }
        return kinds
    }

    private static func text(of file: String) throws -> String {
        let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
        return try String(contentsOfFile: root + "/" + file, encoding: .utf8)
    }
}
