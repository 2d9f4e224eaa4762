import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayAccounts

/// Where addresses are to be confirmed first, nobody learns from outside whether one has an account.
@Suite(.timeLimit(.minutes(5))) struct AddressSecrecyTests {
    /// Whose the address is that a thief asks about.
    enum Standing: CaseIterable {
        case nobodys
        case confirmed
        case unconfirmed
        case closed
        case kept
        case squatted
    }

    @Test func `whosever an address is, a thief is shown the same, by the same work, at once and later`() async throws {
        var views: [Standing: [String]] = [:]
        for standing in Standing.allCases {
            let world = try World.required()
            try await prepare(standing, in: world)
            views[standing] = try await view(of: world)
        }
        let plain = try #require(views[.nobodys])
        for (standing, view) in views { #expect(view == plain, "\(standing)") }
        #expect(Set(plain.map { $0.prefix { $0 != ":" } }).count > 3)
    }

    @Test(arguments: Standing.allCases)
    func `every address gets one mail, and none but a free one a link`(standing: Standing) async throws {
        let world = try World.required()
        try await prepare(standing, in: world)
        let isFree = [.nobodys, .squatted].contains(standing)
        for step in ["register", "resend"] {
            step == "register" ? try await world.wait("thief", Self.address) : try await world.resend(Self.address)
            let mails = try await world.mails()
            // An account whose address is not confirmed gets the link that it always got.
            let own = mails.filter { $0.subject == "Confirm your address" && !$0.text.contains("thief") }
            #expect(own.count == (standing == .unconfirmed && step == "resend" ? 1 : 0))
            let others = mails.filter { mail in !own.contains { $0.id == mail.id } }
            #expect(others.map(\.recipient) == [Self.address])
            #expect(others.allSatisfy { ($0.token(for: .verify) != nil) == isFree })
            let greeting = isFree ? "Hello thief," : standing == .unconfirmed ? "Hello," : "Hello owner,"
            #expect(others.allSatisfy { $0.text.hasPrefix(greeting) }, "\(others.map(\.text))")
        }
    }

    @Test func `an address is mailed so often for one client, more often for all, and no one is told`() async throws {
        let world = try World.required()
        var counts: [Int] = []
        for client in 1...6 {
            let visitor = Visitor(address: IPAddress("192.0.2.\(client)"), userAgent: nil, requestID: nil)
            for number in 1...6 {
                #expect(try await world.register("name-\(client)-\(number)", Self.address, from: visitor) == "waits")
            }
            counts.append(try await world.mails().count)
        }
        #expect(counts == [5, 5, 5, 5, 0, 0])
        let elsewhere = Visitor(address: IPAddress("192.0.2.1"), userAgent: nil, requestID: nil)
        _ = try await world.register("other", "other@example.com", from: elsewhere)
        #expect(try await world.mails().count == 1, "it is counted by address")
    }

    @Test func `one stranger who registers without end keeps no owner from their link`() async throws {
        let world = try World.required()
        let owner = Visitor(address: IPAddress("198.51.100.1"), userAgent: nil, requestID: nil)
        for number in 1...200 {
            let network = Visitor(address: IPAddress("2001:db8::\(number)"), userAgent: nil, requestID: nil)
            _ = try await world.register("squatter\(number)", Self.address, from: network)
        }
        #expect(try await world.mails().count == 5, "a network is one client")
        _ = try await world.register("owner", Self.address, from: owner)
        #expect(try await world.confirm(try await world.mailedToken(.verify)))
        _ = try await world.logIn("owner")
    }

    @Test func `nor does one line of IPv6, which has many networks`() async throws {
        let world = try World.required()
        for number in 1...200 {
            let network = Visitor(address: IPAddress("2001:db8:0:\(number)::1"), userAgent: nil, requestID: nil)
            _ = try await world.register("squatter\(number)", Self.address, from: network)
        }
        #expect(try await world.mails().count == 10)
        let owner = Visitor(address: IPAddress("2001:db8:1::1"), userAgent: nil, requestID: nil)
        _ = try await world.register("owner", Self.address, from: owner)
        #expect(try await world.confirm(try await world.mailedToken(.verify)))
    }

    @Test func `names that a stranger had registered before are not in the owner's way when a link is asked for again`()
        async throws
    {
        let world = try World.required()
        let stranger = Visitor(address: IPAddress("203.0.113.9"), userAgent: nil, requestID: nil)
        for number in 1...30 { _ = try await world.register("squatter\(number)", Self.address, from: stranger) }
        world.time.advance(by: .seconds(3600))
        try await world.wait("owner", Self.address)
        _ = try await world.mails()
        try await world.resend(Self.address)
        let mail = try #require(try await world.mails().first)
        #expect(mail.text.split(separator: "\n").first { $0.hasSuffix(":") && !$0.contains(" ") } == "owner:")
    }

    @Test func `links that are asked for again are for every name that waits, the youngest first`() async throws {
        let world = try World.required()
        var first: [OpaqueToken] = []
        for name in ["ada1", "ada2", "ada3", "ada4"] {
            try await world.wait(name, Self.address)
            first.append(try await world.mailedToken(.verify))
            world.time.advance(by: .seconds(1000))
        }
        try await world.resend(Self.address)
        let mail = try #require(try await world.mails().first)
        let tokens = mail.text.split(separator: "\n").filter { $0.contains("/auth/verify-email/") }
            .map { OpaqueToken(String($0.split(separator: "/").last ?? "")) }
        let names = mail.text.split(separator: "\n").filter { $0.hasPrefix("ada") }
        #expect(names == ["ada4:", "ada3:", "ada2:", "ada1:"] && tokens.count == 4)
        #expect(mail.text.contains("22 hours"), "until the first of them ends")
        #expect(try await !world.confirm(first[1]), "the later link is in its place")
        #expect(try await world.confirm(tokens[2]))
        #expect(try await world.stored("ada2") != nil)
        #expect(try await !world.confirm(tokens[0]))
        try await world.resend(Self.address)
        #expect(try await world.mails().map(\.subject) == ["You have an account already"])
    }

    private static let address = "owner@example.com"

    private func prepare(_ standing: Standing, in world: World) async throws {
        switch standing {
        case .nobodys: break
        case .squatted:
            try await world.wait("squatter", Self.address)
            // What is asked of this address is counted from here on.
            world.time.advance(by: .seconds(23 * 3600))
        case .confirmed: try await world.make("owner", Self.address)
        case .unconfirmed: try await world.make("owner", Self.address, isVerified: false)
        case .closed:
            let account = try await world.make("owner", Self.address)
            _ = try await world.flows.administration.disable(account.id, by: .commandLine)
        case .kept:
            try await world.make("owner", Self.address)
            let caller = try await world.logIn("owner").access.claims.caller
            _ = try await world.flows.addressChange.request(
                caller, to: try EmailAddress("new@example.com"), knowing: World.password, from: world.visitor)
            #expect(try await world.confirm(try await world.mailedToken(.verify)))
        }
        _ = try await world.mails()
    }

    /// All that a thief who reads none of the mails can see, with the work that each step costs.
    private func view(of world: World) async throws -> [String] {
        var view: [String] = []
        func note(_ name: String, _ step: () async throws -> String) async throws {
            let before = (world.hasher.counts.total, world.storage.readCount, world.storage.writeCount)
            let answer = try await step()
            let work = [
                world.hasher.counts.total - before.0, world.storage.readCount - before.1,
                world.storage.writeCount - before.2,
            ]
            view.append("\(name): \(answer) \(work)")
        }
        let wrong = Password("wrong password")
        for number in 1...7 {
            try await note("register") { try await world.register("thief\(number)", Self.address) }
            try await note("repeat") { try await world.register("thief\(number)", Self.address) }
            try await note("elsewhere") { try await world.register("thief\(number)", "x@example.com") }
            try await note("right") { try await world.enter("thief\(number)") }
            try await note("wrong") { try await world.enter("thief\(number)", wrong) }
        }
        for _ in 1...2 {
            try await note("by address") { try await world.enter(Self.address, Password("another one")) }
            try await note("forgot") {
                try await world.flows.recovery.requestReset(for: try EmailAddress(Self.address), from: world.visitor)
                return ""
            }
            try await note("resend") {
                try await world.resend(Self.address)
                return ""
            }
        }
        for _ in 1...12 { try await note("guess") { try await world.enter("thief1", wrong) } }
        for hours in [23, 1] {
            world.time.advance(by: .seconds(hours * 3600))
            try await note("later") { try await world.enter("thief2") }
            try await note("later by address") { try await world.enter(Self.address, Password("another one")) }
            try await note("later again") { try await world.register("thief2", Self.address) }
        }
        return view
    }
}
