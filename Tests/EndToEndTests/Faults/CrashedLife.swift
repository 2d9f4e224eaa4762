import Foundation
import Testing

/// What the clients of a gateway that is killed ask, one request after the other, until it is gone. Each notes in the
/// journal what it asks and what it is told.
struct CrashedLife: Sendable {
    let gateway: GatewayProcess
    let journal: CrashJournal
    let client: Int

    static let password = "correct horse battery"
    static let changed = "staple battery horse"
    static let contender = "wrong horse battery"

    /// Lives one person after the other, by turns in one of four ways.
    func live(named prefix: String) async {
        for number in 1... {
            let name = "\(prefix)n\(number)"
            do {
                try await enter(name)
                switch (client + number) % 4 {
                case 0: for _ in 1...2 { try await refresh(name) }
                case 1: try await contest(name)
                case 2: try await logOut(name)
                default: try await changePassword(name)
                }
            } catch {
                return  // The gateway is gone.
            }
        }
    }

    private func enter(_ name: String) async throws {
        journal.asks(name)
        _ = try await told(201) { try await gateway.register(name, Self.password) }
        journal.answered(name) { $0.isRegistered = true }
        let tokens = try await logIn(name)
        journal.answered(name) { $0.session = tokens }
    }

    private func refresh(_ name: String) async throws {
        guard let token = journal.people.first(where: { $0.name == name })?.session?.refresh else { return }
        journal.asks(name) { $0.sent = token }
        let next = try CrashJournal.Tokens(await told(200) { try await TourTests.refresh(token, at: gateway) })
        journal.answered(name) { ($0.session, $0.sent) = (next, nil) }
    }

    /// Somebody else wants the name, and is refused.
    private func contest(_ name: String) async throws {
        journal.asks(name) { $0.isContested = true }
        _ = try await told(409) { try await gateway.register(name, Self.contender, address: "other.\(name)") }
        journal.answered(name)
        try await refresh(name)
    }

    private func logOut(_ name: String) async throws {
        guard let token = journal.people.first(where: { $0.name == name })?.session?.access else { return }
        journal.asks(name) { $0.logout = .asked }
        _ = try await told(204) { try await gateway.send("POST", "/auth/logout", json: "{}", token: token) }
        journal.answered(name) { $0.logout = .answered }
    }

    /// Changes the password, which ends a second session.
    private func changePassword(_ name: String) async throws {
        let tokens = try await logIn(name)
        journal.answered(name) { $0.other = tokens }
        guard let token = journal.people.first(where: { $0.name == name })?.session?.access else { return }
        journal.asks(name) { $0.change = .asked }
        let body = #"{"current_password":"\#(Self.password)","new_password":"\#(Self.changed)"}"#
        _ = try await told(204) { try await gateway.send("POST", "/auth/change-password", json: body, token: token) }
        journal.answered(name) { $0.change = .answered }
        try await refresh(name)
    }

    private func logIn(_ name: String) async throws -> CrashJournal.Tokens {
        try CrashJournal.Tokens(await told(200) { try await gateway.logIn(name, Self.password) })
    }

    /// The answer, if the gateway lives to give one; then it is this one.
    private func told(_ status: Int, _ ask: () async throws -> HTTPAnswer) async throws -> HTTPAnswer {
        let answer = try await ask()
        #expect(answer.status == status, "\(answer.body)")
        return answer
    }
}

extension CrashJournal.Tokens {
    /// Reads them out of an answer; one that was cut short is none.
    init(_ answer: HTTPAnswer) throws {
        self.init(access: try answer.text("access_token"), refresh: try answer.text("refresh_token"))
    }
}

extension GatewayProcess {
    func register(_ name: String, _ password: String, address: String? = nil) async throws -> HTTPAnswer {
        let json = #"{"username":"\#(name)","email":"\#(address ?? name)@example.com","password":"\#(password)"}"#
        return try await send("POST", "/auth/register", json: json)
    }
}
