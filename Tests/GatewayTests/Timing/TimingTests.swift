import HTTPTypes
import Testing

/// Time is the subject, so the clock is the real one. A few percent of honest rounds lie outside the band by chance,
/// which is why three are allowed; what leaks lies outside it each time. `make test` runs this suite by itself, for on
/// a busy machine times are those of the other work.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TimingTests {
    @Test func `an unknown name and a wrong password take the same time, whatever the account's hash`() async throws {
        #expect(try await canBeToldApart(by: 600) == false)
    }

    @Test func `a disabled account with its right password takes the time of an unknown name`() async throws {
        let gateway = try await TimedGateway(accounts: 8, areDisabled: true)
        defer { gateway.remove() }
        let names = (0..<600).map { gateway.names[$0 % gateway.names.count] }
        var areas: [Double] = []
        for _ in 1...3 {
            let area = try await samples(gateway, names) { name, isKnown in
                let body =
                    "username=\(isKnown ? name : "no-\(name)")&password=\(isKnown ? "a+long+enough+one" : "wrong")"
                return ("/auth/login", "application/x-www-form-urlencoded", body)
            }.area()
            areas.append(area)
            if Self.band.contains(area) { return }
        }
        Issue.record("told apart: \(areas)")
    }

    @Test func `the same check tells them apart where no hash is computed for nobody and nobody waits`() async throws {
        #expect(try await canBeToldApart(by: 100, without: [.dummyHash, .waiting]))
    }

    @Test func `the same check tells them apart where nobody waits for the dearest hash`() async throws {
        #expect(try await canBeToldApart(by: 100, without: [.waiting]))
    }

    @Test func `a link for an unknown address is asked for in the same time`() async throws {
        let gateway = try await TimedGateway(accounts: 600)
        defer { gateway.remove() }
        var areas: [Double] = []
        for _ in 1...3 {
            // Each address once a round, for an account is mailed five links at most.
            let area = try await samples(gateway, gateway.names.shuffled()) { name, isKnown in
                let address = isKnown ? "\(name)@example.com" : "\(name)@example.net"
                return ("/auth/forgot-password", "application/json", #"{"email":"\#(address)"}"#)
            }.area()
            areas.append(area)
            if Self.band.contains(area) { return }
        }
        Issue.record("told apart: \(areas)")
    }

    @Test func `where addresses are confirmed first, a taken one is registered with in the time of a free one`()
        async throws
    {
        let gateway = try await TimedGateway(accounts: 600, extra: "registration: {verify_email: required}\n")
        defer { gateway.remove() }
        var areas: [Double] = []
        for round in 1...3 {
            // Each address once a round, for a client has one mailed five times at most.
            let area = try await samples(gateway, gateway.names.shuffled()) { name, isKnown in
                let (user, host) = isKnown ? ("a\(round)-\(name)", "com") : ("b\(round)-\(name)", "net")
                let password = "a long enough one"
                return (
                    "/auth/register", "application/json",
                    #"{"username":"\#(user)","email":"\#(name)@example.\#(host)","password":"\#(password)"}"#
                )
            }.area()
            areas.append(area)
            if Self.band.contains(area) { return }
        }
        Issue.record("told apart: \(areas)")
    }

    private static let band = 0.45...0.55
    /// Wider, for a processor that has idled for longer, or whose caches hold the memory of a hash, is a tenth of a
    /// millisecond later with the answer, which no network shows in the few guesses that an account allows.
    private static let formatBand = 0.35...0.65

    private func canBeToldApart(
        by pairs: Int, without missing: Set<TimedGateway.Part> = []
    ) async throws -> Bool {
        let gateway = try await TimedGateway(without: missing, accounts: 9)
        defer { gateway.remove() }
        let names = (0..<pairs).map { gateway.names[$0 % gateway.names.count] }
        for _ in 1...3 {
            let samples = try await samples(gateway, names) { name, isKnown in
                let body = "username=\(isKnown ? name : "no-\(name)")&password=wrong+password"
                return ("/auth/login", "application/x-www-form-urlencoded", body)
            }
            // Each format by itself: one that is quicker and one that is slower than nobody's could hide each other.
            let formats = TimedGateway.Format.allCases.map { format in
                samples.area { gateway.formats[$0] == format }
            }
            if formats.allSatisfy(Self.formatBand.contains) { return false }
        }
        return true
    }

    /// Asks for each name and for one that is not there, in a random order.
    private func samples(
        _ gateway: TimedGateway, _ names: [String],
        _ request: (_ name: String, _ isKnown: Bool) -> (path: String, type: String, body: String)
    ) async throws -> Samples {
        let kinds = names.flatMap { name in [true, false].shuffled().map { (name, $0) } }
        let times = try await gateway.times(
            of: kinds.map { name, isKnown in
                let (path, type, body) = request(name, isKnown)
                return (path, [.contentType: type], body)
            })
        return Samples(all: zip(kinds, times).map { (name: $0.0, isKnown: $0.1, time: $1) })
    }

    /// How long each request took.
    private struct Samples {
        let all: [(name: String, isKnown: Bool, time: Duration)]

        /// How well the times tell known names, or some of them, from the unknown.
        func area(of isMeant: (String) -> Bool = { _ in true }) -> Double {
            let known = all.filter { $0.isKnown && isMeant($0.name) }
            return areaUnderCurve(known.map(\.time), all.filter { !$0.isKnown }.map(\.time))
        }
    }
}
