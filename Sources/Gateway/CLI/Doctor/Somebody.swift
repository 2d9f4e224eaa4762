import GatewayKit

/// What the report says of requests with a token that is good, and of what the application is told then.
struct Somebody: Sendable {
    typealias Sight = Examination.Sight

    let site: DoctorSite
    let judge: ProbeJudge
    let echo: ListenAddress?
    let marker: String

    private static let howToSee =
        "To see it: have the proxy forward to a free address for the test, such as 127.0.0.1:3999, and add --echo "
        + "127.0.0.1:3999; this program then stands there and sees what the application would."

    /// What stays open where there is no token.
    var withoutToken: Finding {
        Finding(
            .cannotTell, "whose identity the application is told: that takes a token of somebody who may pass",
            remarks: ["Add --token-stdin and write one to standard input."]
                + (echo.map { ["Without one it is not known either whether the proxy forwards to \($0)."] } ?? []))
    }

    /// Whether the request with the token got to the application.
    func passes(_ sight: Sight) -> Bool {
        if echo != nil { return !sight.arrivals.isEmpty }
        return switch judge.verdict(on: sight.outcome) {
        case .through, .missing: true
        case .refused, .dropped, .unclear, .untried: false
        }
    }

    /// What is to be said of the request with the token alone.
    func findings(_ sight: Sight) -> [Finding] {
        guard case .answer(let answer) = sight.outcome else {
            return [
                Finding(.cannotTell, "the request with the token was not answered", isFailure: true)
            ]
        }
        guard passes(sight) else {
            let isRefused = judge.verdict(on: sight.outcome) == .refused
            let words =
                isRefused
                ? "the request with the token was refused with \(answer.status): take one of somebody who may pass"
                : "the request with the token was answered \(answer.status), but not by the application"
                    + (echo.map { ": it did not arrive at \($0), so have the proxy forward there" } ?? "")
            return [Finding(.cannotTell, words, isFailure: true)]
        }
        let passed = Finding(.ok, "the request with the token passes: \(answer.status)")
        guard let arrival = sight.arrivals.first else { return [passed] }
        return [passed, told(by: arrival), forwarded(by: arrival), credential(in: arrival)]
    }

    private func told(by arrival: Arrival) -> Finding {
        let identity = arrival.identity
        let twice = ForgedIdentity.names.filter { arrival.values(of: $0).count > 1 }
        if let name = twice.first {
            return Finding(
                .leak, "the application is told \(name) \(arrival.values(of: name).count) times",
                remarks: ["It may believe either: let the proxy replace the field, and not add one."])
        }
        guard identity.contains(where: { $0.name == "remote-user" }) else {
            return Finding(
                .warning, "the application is not told who it is: no Remote-User arrives",
                remarks: ["The proxy has to copy the five Remote-* fields of the gateway's answer."])
        }
        let fields = identity.map { "\($0.name): \($0.value)" }.joined(separator: ", ")
        return Finding(.ok, "the application is told who it is: \(fields)")
    }

    private func forwarded(by arrival: Arrival) -> Finding {
        let names = ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"]
        let fields = names.flatMap { name in arrival.values(of: name).map { "\(name): \($0)" } }
        return Finding(
            .ok,
            "the application is told where it comes from: "
                + (fields.isEmpty ? "nothing" : fields.joined(separator: ", ")))
    }

    private func credential(in arrival: Arrival) -> Finding {
        arrival.values(of: "authorization").isEmpty
            ? Finding(.ok, "the token does not reach the application")
            : Finding(
                .warning, "the token reaches the application",
                remarks: ["It needs none of the gateway's, and may log it: let the proxy remove Authorization."])
    }

    /// What forged identity headers beside a token come to.
    func identityFinding(_ sights: [(probe: Probe, sight: Sight)], comparedWith plain: Sight) -> Finding {
        let name = "forged identity headers beside the token"
        var through: [(probe: Probe, words: String)] = []
        for (probe, sight) in sights {
            if let words = told(by: sight, comparedWith: plain) { through.append((probe, words)) }
        }
        if let first = through.first {
            let more = through.dropFirst().flatMap { $0.probe.fields.prefix(1).map(\.name) }
            return Finding(
                .leak, "\(name): \(through.count) of \(sights.count) requests got through",
                request: first.probe.shown,
                remarks: [first.words] + (more.isEmpty ? [] : ["So did: \(more.joined(separator: ", "))."]) + [
                    "To mend it: set all five Remote-* fields where the request is forwarded, in the same block "
                        + "(nginx: a location with one proxy_set_header inherits none), remove the client's own with "
                        + "underscores too (nginx: underscores_in_headers off), and compare with what 'auth-gateway "
                        + "proxy NAME' prints."
                ])
        }
        guard echo != nil else {
            return Finding(
                .cannotTell, "\(name): that is not to be seen from outside, for only the application knows",
                remarks: [Self.howToSee])
        }
        return unseen(sights, name: name) ?? Finding(.ok, "\(name): \(sights.count) requests, none got through")
    }

    /// What is wrong with what the application was told; nil when nothing is.
    private func told(by sight: Sight, comparedWith plain: Sight) -> String? {
        guard echo != nil else {
            guard case .answer(let answer) = sight.outcome, case .through = judge.verdict(on: sight.outcome),
                String(decoding: answer.body, as: UTF8.self).contains(marker)
            else { return nil }
            return "The answer repeats the forged value, so the application was told it."
        }
        guard let arrival = sight.arrivals.first else { return nil }
        if let lie = arrival.fields.first(where: { $0.value.contains(marker) }) {
            return "The application was told: \(lie.name): \(lie.value)"
        }
        return arrival.identity == plain.arrivals.first?.identity
            ? nil : "The application was not told what it is told without these fields."
    }

    /// What forged fields about the request come to beside a token.
    func questionFinding(_ sights: [(probe: Probe, sight: Sight)]) -> Finding {
        let name = "forged headers about the request beside the token"
        let through = sights.compactMap { probe, sight -> (probe: Probe, field: Probe.Field)? in
            guard let lie = probe.fields.first, let arrival = sight.arrivals.first else { return nil }
            return arrival.values(of: lie.name).contains { $0.contains(lie.value) } ? (probe, lie) : nil
        }
        guard let first = through.first else {
            return unseen(sights, name: name) ?? Finding(.ok, "\(name): \(sights.count) requests, none got through")
        }
        let names = Set(through.map(\.field.name)).sorted()
        // An address that the proxy has added its own to is how it should be to many, if they read it from the right.
        let isGrave = names.contains { $0.uppercased().replacing("_", with: "-") != "X-FORWARDED-FOR" }
        return Finding(
            isGrave ? .leak : .warning, "\(name): \(through.count) of \(sights.count) requests got through",
            request: first.probe.shown,
            remarks: [
                "The application was told what the client says in: \(names.joined(separator: ", ")).",
                isGrave
                    ? "Some frameworks take the path or the method from these, which is not what the gateway has "
                        + "judged. To mend it: remove them, as 'auth-gateway proxy NAME' prints."
                    : "An application that takes its first entry believes the client.",
            ])
    }

    /// That probes got lost, which says nothing; nil when they arrived or were refused, but not all of them refused.
    private func unseen(_ sights: [(probe: Probe, sight: Sight)], name: String) -> Finding? {
        let haveArrived = sights.contains { !$0.sight.arrivals.isEmpty }
        let lost = sights.filter { _, sight in
            guard sight.arrivals.isEmpty else { return false }
            guard haveArrived, case .answer(let answer) = sight.outcome else {
                return !haveArrived || sight.outcome != .closed
            }
            return answer.status == 429 || !(400...499).contains(answer.status)
        }
        guard let first = lost.first else { return nil }
        return Finding(
            .cannotTell, "\(name): \(lost.count) of \(sights.count) requests did not arrive, though the token is good",
            request: first.probe.shown, isFailure: true)
    }

    /// A request with the token and a browser's session cookie of no session.
    var cookieProbe: Probe {
        site.plain.with {
            ($0.credential, $0.fields) = (.token, [Probe.Field("Cookie", "__Host-gateway_session=\(marker)")])
        }
    }

    /// Whether cookies get to the application.
    func cookieFinding(_ sight: Sight) -> Finding {
        guard let arrival = sight.arrivals.first else {
            return Finding(.cannotTell, "whether the session cookie reaches the application")
        }
        let arrives = arrival.values(of: "cookie").contains { $0.contains(marker) }
        return Finding(
            .ok,
            arrives
                ? "the session cookie of a browser reaches the application, as all cookies do"
                : "the session cookie of a browser does not reach the application")
    }
}
