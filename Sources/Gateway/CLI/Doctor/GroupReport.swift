/// What the report says of a group of probes.
struct GroupReport: Sendable {
    let group: ProbeGroup
    let site: DoctorSite
    let isEcho: Bool

    func finding(_ judged: [(probe: Probe, verdict: ProbeJudge.Verdict)]) -> Finding {
        var through: [(probe: Probe, words: String)] = []
        var unclear: [(probe: Probe, words: String)] = []
        var untried: [(probe: Probe, words: String)] = []
        var missing = 0
        for (probe, verdict) in judged {
            switch verdict {
            case .refused, .dropped: break
            case .missing: missing += 1
            case .through(let words): through.append((probe, words))
            case .unclear(let words): unclear.append((probe, words))
            case .untried(let words): untried.append((probe, words))
            }
        }
        if let first = through.first {
            return Finding(
                .leak, "\(group.name): \(through.count) of \(judged.count) requests got through",
                request: first.probe.shown,
                remarks: ["was \(first.words)."] + others(through.dropFirst()) + [
                    "To mend it: \(group.mending). 'auth-gateway proxy NAME' prints a configuration that does; "
                        + "docs/proxies.md says what is particular."
                ])
        }
        let silent =
            "the application itself may have answered \(missing) of them, as not found, not allowed or "
            + "broken: --echo shows whether they reached it"
        let remarks = missing > 0 && !isEcho ? ["Nothing was shown, but \(silent)."] : []
        if judged.allSatisfy({ $0.verdict == .dropped }), let first = judged.first {
            return Finding(
                .cannotTell, "\(group.name): every connection ended without an answer",
                request: first.probe.shown, isFailure: true)
        }
        if let first = untried.first {
            return Finding(
                .cannotTell, "\(group.name): \(untried.count) of \(judged.count) requests could not be tried",
                request: first.probe.shown, remarks: ["was \(first.words)."], isFailure: true)
        }
        if let first = unclear.first {
            return Finding(
                .cannotTell,
                "\(group.name): \(unclear.count) of \(judged.count) requests prove nothing",
                request: first.probe.shown,
                remarks: ["was \(first.words)."] + others(unclear.dropFirst()) + remarks)
        }
        return Finding(.ok, "\(group.name): \(judged.count) requests, none got through", remarks: remarks)
    }

    /// The first of the rest, each by what makes it another request than the plain one.
    private func others(_ rest: ArraySlice<(probe: Probe, words: String)>) -> [String] {
        guard !rest.isEmpty else { return [] }
        let plain = Set(site.plain.shown)
        let shown = rest.prefix(5).map { item in
            let own = item.probe.shown.filter { !plain.contains($0) }
            return own.isEmpty ? "the plain request with less" : own.joined(separator: " / ")
        }
        return ["So was, among \(rest.count) more: " + shown.joined(separator: "; ")]
    }
}
