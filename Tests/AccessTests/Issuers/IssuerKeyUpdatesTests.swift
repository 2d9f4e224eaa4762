import GatewayAccess
import GatewayJOSE
import GatewayKit
import GatewayTestKit
import Logging
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct IssuerKeyUpdatesTests {
    /// A place that keys are fetched from.
    private final class Place: Sendable {
        private let state: Mutex<(text: Result<[UInt8], KeySetFailure>, count: Int)>

        init(_ text: [UInt8]) { state = Mutex((.success(text), 0)) }

        var count: Int { state.withLock(\.count) }

        func put(_ text: Result<[UInt8], KeySetFailure>) { state.withLock { $0.text = text } }

        func text() throws(KeySetFailure) -> [UInt8] {
            try state.withLock { state throws(KeySetFailure) in
                state.count += 1
                return try state.text.get()
            }
        }
    }

    private let time = ManualTime()
    private let stranger = Stranger()
    private let keys = IssuerKeys(now: .zero)
    private let recorded = RecordedLog()
    private let metrics = RecordedMetrics()
    private let place: Place

    init() { place = Place(stranger.keySet()) }

    private var issuer: ForeignIssuer { ForeignIssuer(Stranger.terms(), keys: keys) }

    private var updates: IssuerKeyUpdates {
        let source = IssuerKeyUpdates.Source(issuer: Stranger.name, keys: keys, allowingSymmetric: false) {
            [place] () throws(KeySetFailure) in try place.text()
        }
        return IssuerKeyUpdates([source], time: time, logger: recorded.logger, metrics: metrics)
    }

    @Test func `keys are read at the start, and every five minutes after`() async throws {
        for (seconds, count) in [(0, 1), (299, 1), (1, 2), (299, 2), (1, 3)] {
            time.advance(by: .seconds(seconds))
            await updates.catchUp()
            #expect(place.count == count)
        }
        #expect(try issuer.refusal(of: stranger.token()) == nil)
    }

    @Test func `an unknown key has them read again, at most every half a minute`() async throws {
        let other = #"{"alg":"ES256","kid":"k2"}"#
        await updates.catchUp()
        #expect(try issuer.refusal(of: stranger.token(other)) == "unknown key")
        place.put(.success(stranger.keySet(id: "k2")))
        for (seconds, count) in [(0, 1), (29, 1), (1, 2), (0, 2)] {
            time.advance(by: .seconds(seconds))
            await updates.catchUp()
            #expect(place.count == count)
        }
        #expect(try issuer.refusal(of: stranger.token(other)) == nil)
        for _ in 0..<100 {
            #expect(try issuer.refusal(of: stranger.token(#"{"alg":"ES256","kid":"k3"}"#)) == "unknown key")
            time.advance(by: .milliseconds(300))
            await updates.catchUp()
        }
        #expect(place.count == 3)
    }

    @Test func `what cannot be read or is not fit replaces nothing, is tried again soon, and said once`() async throws {
        await updates.catchUp()
        let token = try stranger.token()
        time.advance(by: .seconds(300))
        place.put(.failure(KeySetFailure("no answer")))
        try await running {
            for count in [2, 3] {
                #expect(place.count == count)
                #expect(issuer.refusal(of: token) == nil)
                try await pass(.seconds(30))
            }
            place.put(.success(Array(#"{"keys":[{"kty":"oct"}]}"#.utf8)))
            try await pass(.seconds(30))
            #expect(issuer.refusal(of: token) == nil)
            #expect(keys.age(at: time.elapsed()) == .seconds(390))
            place.put(.success(stranger.keySet()))
            try await pass(.seconds(30))
            #expect(keys.age(at: time.elapsed()) == .zero)
        }
        #expect(
            recorded.lines.map { "\($0.level): \($0.message)" } == [
                "warning: the keys of another issuer cannot be read: the last good ones are kept",
                "info: the keys of another issuer are readable again",
            ])
        let counts = ["read", "unreachable", "unfit"].map {
            metrics.value("auth_gateway_issuer_key_readings_total", ["outcome": $0])
        }
        #expect(counts == [2, 3, 1])
    }

    @Test func `a key that has gone from the set is trusted no more, by a known token either`() async throws {
        let fixture = await Fixture(foreign: [issuer])
        let bearer = "Bearer " + (try stranger.token())
        await updates.catchUp()
        #expect(fixture.isValid(bearer))
        #expect(fixture.isValid(bearer))
        let token = Array(bearer.utf8.dropFirst("Bearer ".count))
        #expect(fixture.check.known(bearer: token.span)?.username == "idp:Jane")
        place.put(.success(Stranger().keySet()))
        time.advance(by: .seconds(300))
        await updates.catchUp()
        #expect(fixture.check.known(bearer: token.span) == nil)
        #expect(fixture.check.check(authorization: [bearer]) == .bad(reason: "revoked"))
    }

    @Test func `an empty key set is one, and ends every token`() async throws {
        await updates.catchUp()
        place.put(.success(Array(#"{"keys":[]}"#.utf8)))
        time.advance(by: .seconds(300))
        await updates.catchUp()
        #expect(try issuer.refusal(of: stranger.token()) == "unknown key")
    }

    /// Runs the service while something happens.
    private func running(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [updates] in try await updates.run() }
            try await time.waitForSleepers()
            try await body()
            group.cancelAll()
        }
    }

    /// Lets time pass, second by second, as the service looks.
    private func pass(_ duration: Duration) async throws {
        for _ in 0..<duration.components.seconds {
            time.advance(by: .seconds(1))
            try await time.waitForSleepers()
        }
    }
}
