import HTTPTypes
import Testing

/// Time is the subject, so the clock is the real one. A few percent of honest rounds lie outside the band by chance,
/// which is why three are allowed; what leaks lies outside it each time. `make test` runs this suite by itself, for on
/// a busy machine times are those of the other work.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TimingTests {
    @Test func `an unknown name and a wrong password take the same time, whatever the account's hash`() async throws {
        #expect(try await canBeToldApart(by: 400) == false)
    }

    @Test func `the same check tells them apart where no hash is computed for nobody and nobody waits`() async throws {
        #expect(try await canBeToldApart(by: 100, without: [.dummyHash, .waiting]))
    }

    @Test func `the same check tells them apart where nobody waits for the dearest hash`() async throws {
        #expect(try await canBeToldApart(by: 100, without: [.waiting]))
    }

    @Test func `a link for an unknown address is asked for in the same time`() async throws {
        let gateway = try await TimedGateway(accounts: 300)
        defer { gateway.remove() }
        var areas: [Double] = []
        for _ in 1...3 {
            // Each address once a round, for an account is mailed five links at most.
            let area = try await area(gateway, gateway.names.shuffled()) { name, isKnown in
                let address = isKnown ? "\(name)@example.com" : "\(name)@example.net"
                return ("/auth/forgot-password", "application/json", #"{"email":"\#(address)"}"#)
            }
            areas.append(area)
            if Self.band.contains(area) { return }
        }
        Issue.record("told apart: \(areas)")
    }

    private static let band = 0.45...0.55

    private func canBeToldApart(
        by pairs: Int, without missing: Set<TimedGateway.Part> = []
    ) async throws -> Bool {
        let gateway = try await TimedGateway(without: missing, accounts: 8)
        defer { gateway.remove() }
        let names = (0..<pairs).map { gateway.names[$0 % gateway.names.count] }
        for _ in 1...3 {
            let area = try await area(gateway, names) { name, isKnown in
                let body = "username=\(isKnown ? name : "no-\(name)")&password=wrong+password"
                return ("/auth/login", "application/x-www-form-urlencoded", body)
            }
            if Self.band.contains(area) { return false }
        }
        return true
    }

    /// Asks for each name and for one that is not there, in a random order, and compares the times.
    private func area(
        _ gateway: TimedGateway, _ names: [String],
        _ request: (_ name: String, _ isKnown: Bool) -> (path: String, type: String, body: String)
    ) async throws -> Double {
        let kinds = names.flatMap { name in [true, false].shuffled().map { (name, $0) } }
        let times = try await gateway.times(
            of: kinds.map { name, isKnown in
                let (path, type, body) = request(name, isKnown)
                return (path, [.contentType: type], body)
            })
        let both = zip(kinds, times)
        return areaUnderCurve(both.filter(\.0.1).map(\.1), both.filter { !$0.0.1 }.map(\.1))
    }
}
