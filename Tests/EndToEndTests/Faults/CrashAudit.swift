import Testing

/// Holds a gateway that was started again after a kill against what the clients of the killed one know.
struct CrashAudit {
    let gateway: GatewayProcess
    let round: Int

    func audit(_ person: CrashJournal.Person) async throws {
        let name = person.name
        guard try await auditPassword(of: person) else {
            // Nobody was told, so either all of it is there or nothing.
            #expect(!person.isRegistered, "round \(round): \(name) was told 201")
            let again = try await gateway.register(name, CrashedLife.password).status
            #expect(again == 201, "round \(round): \(name) is half there")
            return
        }
        try await auditSession(of: person)
        guard person.isContested else { return }
        #expect(try await logIn(name, CrashedLife.contender) == 401, "round \(round): \(name) is somebody else's")
        let free = try await gateway.register("free.\(name)", CrashedLife.password, address: "other.\(name)").status
        #expect(free == 201, "round \(round): a refusal has taken the address of \(name)'s contender")
    }

    /// Whether the person can log in; a changed password is the only one, and the other session is over with it.
    private func auditPassword(of person: CrashJournal.Person) async throws -> Bool {
        let old = try await logIn(person.name, CrashedLife.password)
        guard person.change != .none else { return old == 200 }
        let isChanged = try await logIn(person.name, CrashedLife.changed) == 200
        #expect((old == 200) != isChanged, "round \(round): \(person.name) has two passwords, or none")
        if person.change == .answered { #expect(isChanged, "round \(round): \(person.name)'s change is lost") }
        if let other = person.other {
            try await expect(other, isOver: isChanged, "round \(round): \(person.name)'s other session")
        }
        return true
    }

    private func auditSession(of person: CrashJournal.Person) async throws {
        guard let session = person.session else { return }
        switch person.logout {
        case .none:
            let refreshed = try await TourTests.refresh(person.sent ?? session.refresh, at: gateway).status
            #expect(refreshed == 200, "round \(round): \(person.name) is logged out")
        case .asked:
            let isOver = try await gateway.verify(session.access) == 401
            try await expect(session, isOver: isOver, "round \(round): \(person.name)'s logout is half done")
        case .answered: try await expect(session, isOver: true, "round \(round): \(person.name) is still logged in")
        }
    }

    /// Expects both tokens to be dead, or both to work.
    private func expect(_ tokens: CrashJournal.Tokens, isOver: Bool, _ what: Comment) async throws {
        #expect(try await gateway.verify(tokens.access) == (isOver ? 401 : 200), what)
        #expect(try await TourTests.refresh(tokens.refresh, at: gateway).status == (isOver ? 401 : 200), what)
    }

    private func logIn(_ name: String, _ password: String) async throws -> Int {
        try await gateway.logIn(name, password).status
    }
}
