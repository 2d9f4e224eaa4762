import GatewayAccess
import GatewayHTTP
import GatewayKit

/// What can only be seen when the whole file is read: settings that do not fit each other.
enum Linking {
    static func problems(of settings: GatewaySettings, in root: ConfigNode?) -> [ConfigProblem] {
        sharedAddress(settings.server, root?.entry("server")?.value) + repeatedStages(settings.pipeline)
            + rulesNeverReached(settings.access.policy.rules) + failedTests(settings.access)
            + unwiseIssuers(settings, root) + countsKeptNowhere(settings, root)
    }

    /// Two listeners cannot have one address; the one that the file names last is at fault, or the only one.
    private static func sharedAddress(_ server: ServerSettings, _ section: ConfigNode?) -> [ConfigProblem] {
        guard server.listen.overlaps(server.operationsListen) else { return [] }
        let (listen, operations) = (section?.entry("listen"), section?.entry("operations_listen"))
        guard let entry = [listen, operations].compactMap(\.self).max(by: { $0.position < $1.position }) else {
            return []
        }
        let other = entry.key == "listen" ? ("operations_listen", server.operationsListen) : ("listen", server.listen)
        let shown = listen == nil || operations == nil ? ", \(other.1) by default" : ""
        return [
            ConfigProblem(
                at: entry.value.position, path: "server.\(entry.key)", "takes the address of server.\(other.0)\(shown)")
        ]
    }

    /// A stage that stands twice counts, limits or logs everything twice.
    private static func repeatedStages(_ pipeline: [ModuleChoice<PipelineStage>]) -> [ConfigProblem] {
        pipeline.enumerated().compactMap { index, choice in
            guard let first = pipeline[..<index].first(where: { $0.name == choice.name }) else { return nil }
            let place = first.position.line > 0 ? " in line \(first.position.line)" : ""
            return ConfigProblem(
                .warning, at: choice.position, path: "pipeline[\(index)]",
                "'\(choice.name)' stands in the pipeline already\(place)")
        }
    }

    /// What the rules come to is not what the file's own tests expect.
    private static func failedTests(_ access: AccessSettings) -> [ConfigProblem] {
        access.tests.enumerated().compactMap { index, test in
            guard let failure = test.failure(of: access.policy) else { return nil }
            let cause = failure.rule.map { "the rule in line \($0.position.line)" } ?? "the default"
            return ConfigProblem(
                at: test.position, path: "access.tests[\(index)]",
                "expects \(test.expected.rawValue), but by \(cause) it is \(failure.outcome.rawValue)")
        }
    }

    /// A rule that another before it leaves nothing to is not what somebody meant.
    private static func rulesNeverReached(_ rules: AccessRules) -> [ConfigProblem] {
        rules.neverReached.map { covered, other in
            let line = rules.rules[other].position.line
            return ConfigProblem(
                .warning, at: rules.rules[covered].position, path: "access.rules[\(covered)]",
                "is never reached: the rule in line \(line) decides about all that it is about")
        }
    }

    /// Counts that gateways share are kept by a storage that they share; whether another's is one, the start finds out.
    private static func countsKeptNowhere(_ settings: GatewaySettings, _ root: ConfigNode?) -> [ConfigProblem] {
        guard settings.storage.name == "sqlite", case .list(let stages)? = root?.entry("pipeline")?.value.content
        else { return [] }
        return stages.enumerated().compactMap { index, stage in
            guard let node = stage.entry("count_in")?.value, stage.entry("use")?.value.scalarText == "rate-limit",
                (node.entry("use")?.value ?? node).scalarText == "storage"
            else { return nil }
            return ConfigProblem(
                at: node.position, path: "pipeline[\(index)].count_in",
                "the storage 'sqlite' is one gateway's alone and keeps no counts: write memory, which is as good, or "
                    + "use postgres")
        }
    }

    /// Another issuer cannot have the gateway's own name, and its users should have names that no account can.
    private static func unwiseIssuers(_ settings: GatewaySettings, _ root: ConfigNode?) -> [ConfigProblem] {
        guard case .list(let nodes)? = root?.entry("access")?.value.entry("issuers")?.value.content else { return [] }
        var problems: [ConfigProblem] = []
        for (index, (issuer, node)) in zip(settings.access.issuers, nodes).enumerated() {
            let path = "access.issuers[\(index)]"
            if issuer.issuer == settings.server.publicURL.text, let entry = node.entry("issuer") {
                problems.append(
                    ConfigProblem(
                        at: entry.value.position, path: path + ".issuer",
                        "is the gateway's own name, server.public_url"))
            }
            if issuer.prefix.beginsAccountNames || AccountLine.mayBeginID(issuer.prefix),
                let entry = node.entry("prefix")
            {
                problems.append(
                    ConfigProblem(
                        .warning, at: entry.value.position, path: path + ".prefix",
                        "accounts can have such names too: end it with another character, such as ':'"))
            }
        }
        return problems
    }
}

extension ConfigNode {
    fileprivate var scalarText: String? { if case .scalar(let scalar) = content { scalar.text } else { nil } }
}

extension String {
    /// Whether an account's name could begin so.
    fileprivate var beginsAccountNames: Bool {
        let name = self + "xyz"
        do throws(InputRefusal) {
            return try Username(name).text == name
        } catch {
            return false
        }
    }
}

extension ListenAddress {
    /// Whether the system would refuse the second of two listeners at these addresses.
    fileprivate func overlaps(_ other: ListenAddress) -> Bool {
        switch (self, other) {
        case (.unix(let path), .unix(let otherPath)): path == otherPath
        case (.tcp(let host, let port), .tcp(let otherHost, let otherPort)):
            port == otherPort && port != 0 && (Self.takes(host, from: otherHost) || Self.takes(otherHost, from: host))
        case (.unix, .tcp), (.tcp, .unix): false
        }
    }

    /// Whether who listens at a host leaves nothing of another; `[::]` takes IPv4 too. What a name stands for is known
    /// at the start alone.
    private static func takes(_ host: String, from other: String) -> Bool {
        switch host.lowercased() {
        case other.lowercased(), "::": true
        case "0.0.0.0": IPAddress(other).map { !$0.isIPv6 } ?? false
        default: IPAddress(host).map { $0 == IPAddress(other) } ?? false
        }
    }
}
