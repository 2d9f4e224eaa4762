/// Says what an answer means, by comparison with the plain request's.
struct ProbeJudge: Sendable {
    enum Verdict: Equatable, Sendable {
        case refused
        /// Ended without an answer, which is a refusal where others get one.
        case dropped
        /// Answered as what is not there, not taken or broken is, which may be the application's own answer.
        case missing
        /// What happened, to go on from "was".
        case through(String)
        /// What happened, likewise.
        case unclear(String)
        /// Why nothing is known of it, likewise.
        case untried(String)
    }

    /// Where the plain request was redirected, and where the file sends browsers.
    var loginPages: [String] = []

    func verdict(on outcome: RawExchange.Outcome) -> Verdict {
        switch outcome {
        case .answer(let answer): verdict(on: answer)
        case .closed: .dropped
        case .garbage: .untried("answered by something that is no HTTP")
        case .stalled: .untried("not answered within \(RawExchange.deadline.components.seconds) seconds")
        case .unreachable(let reason): .untried("not sent: \(reason)")
        }
    }

    private func verdict(on answer: RawAnswer) -> Verdict {
        switch answer.status {
        case 101, 200...299: return .through("answered \(answer.status)")
        case 404, 405, 410, 500...599: return .missing
        case 429: return .untried("answered 429, for the proxy counts requests")
        case 300...399:
            let page = answer["location"].map(Self.page)
            return page.map { page in loginPages.contains { Self.page($0) == page } } ?? true
                ? .refused : .unclear("redirected, but not as the plain request is: \(answer.status)")
        default: return .refused
        }
    }

    /// An address without what was asked for.
    static func page(_ location: String) -> Substring { location.prefix { $0 != "?" && $0 != "#" } }

    /// What it means that a probe got a yes, when requests for what nobody has get these answers.
    static func verdict(
        _ verdict: Verdict, on answer: RawAnswer, comparedWith controls: [RawAnswer], of kind: Probe.Control,
        isRoot: Bool
    ) -> Verdict {
        let alike = controls.count { $0.status == answer.status && $0.body == answer.body }
        // What nobody has is answered in other words each time, so that these say nothing.
        let isVarying = controls.allSatisfy { (200...299).contains($0.status) } && Set(controls.map(\.body)).count > 1
        guard alike > 0 || isVarying else {
            // Many servers have a page of their own at the root, and at no other path.
            guard case .unknownHost = kind, isRoot else { return verdict }
            return .unclear("answered \(answer.status), as a server's own page at / may be: name another path")
        }
        switch kind {
        // Some proxies, such as Caddy, have an empty 200 for whatever is asked of hosts that they do not serve.
        case .unknownHost where alike == controls.count && answer.body.isEmpty: return .refused
        case .unknownHost:
            return .unclear("answered \(answer.status), as whatever is asked of a host that nobody knows")
        case .target(let target): return .unclear("answered \(answer.status), as \(target) is, which nobody has")
        }
    }
}
