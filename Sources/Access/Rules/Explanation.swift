import GatewayKit

/// Why a request is judged as it is, for people: each rule up to the one that decides, with the conditions that held
/// and those that did not.
public struct Explanation: Sendable {
    /// A rule that was asked whether it is about the request.
    public struct Step: Sendable {
        /// The rule.
        public let rule: AccessRule
        /// Each of its conditions, with whether it holds.
        public let conditions: [Condition]

        /// Whether it is about the request.
        public var isMet: Bool { conditions.allSatisfy(\.holds) }
    }

    /// One condition of a rule.
    public struct Condition: Hashable, Sendable {
        /// The condition as the file says it, such as `path /public/**`.
        public let text: String
        /// Whether the request meets it.
        public let holds: Bool
    }

    /// The rules in the order of the file, up to the one that decides.
    public let steps: [Step]
    /// What is decided.
    public let judgement: AccessJudgement
}

extension AccessPolicy {
    /// Judges a request, and says why.
    public func explain(_ request: AccessRequest, _ verdict: CredentialVerdict) -> Explanation {
        var steps: [Explanation.Step] = []
        for rule in rules.rules {
            let step = Explanation.Step(rule: rule, conditions: rule.conditions(met: request))
            steps.append(step)
            if step.isMet { break }
        }
        return Explanation(steps: steps, judgement: judge(request, verdict))
    }
}

extension AccessRule {
    fileprivate func conditions(met request: AccessRequest) -> [Explanation.Condition] {
        var conditions: [Explanation.Condition] = []
        func add(_ name: String, _ values: [String], _ holds: Bool) {
            guard !values.isEmpty else { return }
            conditions.append(.init(text: "\(name) \(values.joined(separator: ", "))", holds: holds))
        }
        add("host", hosts.map(\.description), hosts.contains { $0.matches(request.url.host) })
        add("path", paths.map(\.description), paths.contains { $0.matches(request.url.path.bytes) })
        add("methods", methods, methods.contains(request.method))
        let client = request.clientAddress
        add(
            "networks", networks.map(\.description),
            networks.contains { network in client.map(network.contains) ?? false })
        return conditions
    }
}

extension Allowance: CustomStringConvertible {
    /// Who may pass, as the file says it.
    public var description: String {
        switch self {
        case .anyone: "anyone"
        case .authenticated: "authenticated"
        case .nobody: "nobody"
        case .some(let groups, let users):
            [("groups", groups), ("users", users)].filter { !$0.1.isEmpty }
                .map { "\($0.0) \($0.1.sorted().joined(separator: ", "))" }.joined(separator: " or ")
        }
    }
}
