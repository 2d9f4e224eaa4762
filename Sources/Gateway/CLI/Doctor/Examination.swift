import GatewayKit

/// Examines a site, group by group: first what the plain request gets, then what nobody may get through with, at last
/// what is true of somebody whose token is good.
struct Examination: Sendable {
    /// What was seen of a probe.
    struct Sight: Sendable {
        let outcome: RawExchange.Outcome
        /// What arrived at the application, where that is this program.
        var arrivals: [Arrival] = []
    }

    /// What it all came to.
    struct Summary: Equatable, Sendable {
        /// Whether nothing got through and nothing stood in the way.
        var isFine = true
        /// Whether everything could be told.
        var isWhole = true
    }

    /// How long it may take, but for exchanges that have begun.
    static let limit = Duration.seconds(120)
    /// How many probes are under way at once.
    private static let width = 4

    let site: DoctorSite
    /// Paths that everybody may see; a few of them are enough.
    var open: [String] = []
    /// Where the file sends browsers.
    var loginPage: String?
    let hasToken: Bool
    /// Where this program listens in place of the application, if it does.
    var echo: ListenAddress?
    /// A value that nobody else sends.
    let marker: String
    let time: any TimeSource
    let send: @Sendable (Probe) async -> Sight
    let say: @Sendable (Finding) throws -> Void

    /// Reports everything that it finds. Throws ``Failure`` when there is no proxy to examine.
    func run() async throws -> Summary {
        let end = time.elapsed() + Self.limit
        guard let (judge, isSure) = try await baseline() else { return Summary(isFine: false, isWhole: false) }
        var summary = Summary()
        summary.isWhole = isSure
        func report(_ finding: Finding) throws {
            try say(finding)
            summary.isFine = summary.isFine && !finding.isFailure
            summary.isWhole = summary.isWhole && finding.mark != .cannotTell
        }
        for group in ProbeGroup.anonymous(on: site, open: open, marker: marker, hasToken: hasToken) {
            let sights = await sights(of: group.probes, until: end)
            try report(
                GroupReport(group: group, site: site, isEcho: echo != nil).finding(
                    await judged(sights, judge, until: end)))
        }
        if open.isEmpty {
            try report(
                Finding(
                    .cannotTell,
                    "whether a request can pretend to be for a public path: none is known; --public PATH or --config "
                        + "FILE names those that are"))
        }
        for path in open {
            let sight = await sight(of: site.plain.with { $0.target = path }, until: end)
            if let finding = plainReport.finding(onOpen: path, judge.verdict(on: sight.outcome)) {
                try report(finding)
            }
        }
        let somebody = Somebody(site: site, judge: judge, echo: echo, marker: marker)
        guard hasToken else {
            try report(somebody.withoutToken)
            return summary
        }
        let plain = await sight(of: site.plain.with { $0.credential = .token }, until: end)
        for finding in somebody.findings(plain) { try report(finding) }
        guard somebody.passes(plain) else { return summary }
        let identity = ForgedIdentity.probes(on: site.plain.with { $0.credential = .token }, value: marker)
        let sights = await sights(of: identity, until: end)
        try report(somebody.identityFinding(sights, comparedWith: plain))
        guard echo != nil else { return summary }
        let question = ForgedQuestion.marked(on: site, marker: marker)
        try report(somebody.questionFinding(await self.sights(of: question, until: end)))
        try report(somebody.cookieFinding(await sight(of: somebody.cookieProbe, until: end)))
        return summary
    }

    private var plainReport: PlainReport { PlainReport(site: site, loginPage: loginPage, isEcho: echo != nil) }

    /// What the plain request gets, and whether that is sure to be the gateway's refusal; nil when that makes
    /// everything else pointless, which is reported then.
    private func baseline() async throws -> (judge: ProbeJudge, isSure: Bool)? {
        let sight = await send(site.plain)
        let answer: RawAnswer
        switch sight.outcome {
        case .answer(let found): answer = found
        case .closed: throw Failure("\(site.destination) ends the connection without an answer")
        case .garbage: throw Failure("\(site.destination) answers, but not in HTTP/1")
        case .stalled:
            let seconds = RawExchange.deadline.components.seconds
            throw Failure("\(site.destination) did not answer within \(seconds) seconds")
        case .unreachable(let reason): throw Failure("\(site.destination) cannot be reached: \(reason)")
        }
        let finding = plainReport.finding(answer, hasArrived: !sight.arrivals.isEmpty)
        try say(finding)
        guard !finding.isFailure else { return nil }
        let judge = ProbeJudge(loginPages: [answer["location"], loginPage].compactMap(\.self))
        return (judge, finding.mark == .ok)
    }

    /// What becomes of each, in their order, some at once; what has not begun in time is not sent.
    private func sights(of probes: [Probe], until end: Duration) async -> [(probe: Probe, sight: Sight)] {
        await withTaskGroup(of: (Int, Sight).self) { tasks in
            var found: [Int: Sight] = [:]
            for (number, probe) in probes.enumerated() {
                if number >= Self.width, let (done, sight) = await tasks.next() { found[done] = sight }
                tasks.addTask {
                    (number, await sight(of: probe, until: end))
                }
            }
            for await (done, sight) in tasks { found[done] = sight }
            return probes.enumerated().compactMap { number, probe in found[number].map { (probe, $0) } }
        }
    }

    /// What becomes of one; what has not begun in time is not sent.
    private func sight(of probe: Probe, until end: Duration) async -> Sight {
        time.elapsed() < end ? await send(probe) : Sight(outcome: .unreachable(Self.timeIsUp))
    }

    private static let timeIsUp = "two minutes were over"

    /// What each sight means. What got a yes is compared with what something meaningless gets.
    private func judged(
        _ sights: [(probe: Probe, sight: Sight)], _ judge: ProbeJudge, until end: Duration
    ) async -> [(probe: Probe, verdict: ProbeJudge.Verdict)] {
        var known: [[Probe]: [RawAnswer]?] = [:]
        var judged: [(probe: Probe, verdict: ProbeJudge.Verdict)] = []
        for (probe, sight) in sights {
            var verdict = arrivalVerdict(on: probe, sight) ?? judge.verdict(on: sight.outcome)
            if sight.arrivals.isEmpty, case .through = verdict, case .answer(let answer) = sight.outcome,
                let control = probe.control
            {
                let controls = probe.controlProbes
                let answers = if let known = known[controls] { known } else { await answers(to: controls, until: end) }
                known[controls] = answers
                verdict =
                    answers.map {
                        ProbeJudge.verdict(verdict, on: answer, comparedWith: $0, of: control, isRoot: site.path == "/")
                    }
                    ?? .untried("answered \(answer.status), and \(Self.timeIsUp) before it could be compared")
            }
            judged.append((probe, verdict))
        }
        return judged
    }

    /// What controls get; nil when it was too late to send them.
    private func answers(to probes: [Probe], until end: Duration) async -> [RawAnswer]? {
        var answers: [RawAnswer] = []
        for probe in probes {
            switch await sight(of: probe, until: end).outcome {
            case .answer(let answer): answers.append(answer)
            case .unreachable(Self.timeIsUp): return nil
            default: break
            }
        }
        return answers
    }

    /// What it means that a probe arrived at the application; nil when that is somebody else, or it did not.
    private func arrivalVerdict(on probe: Probe, _ sight: Sight) -> ProbeJudge.Verdict? {
        guard var arrival = sight.arrivals.first else { return nil }
        if case .target = probe.control {
            // A proxy that tries again, or asks for something else first, brings more than one.
            let meant = sight.arrivals.first { PathReading.could($0.target, mean: site.path) }
            guard let meant else { return .refused }
            arrival = meant
        }
        return .through("passed on to the application, as \(arrival.target)")
    }
}
