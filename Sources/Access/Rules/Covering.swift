import GatewayKit

extension AccessRules {
    /// The rules that can never decide, for another before them is about all that they are about; by their numbers, the
    /// covered one first. What several rules cover together is not found.
    public var neverReached: [(covered: Int, by: Int)] {
        rules.indices.compactMap { number in
            rules[..<number].firstIndex { $0.covers(rules[number]) }.map { (number, $0) }
        }
    }
}

extension AccessRule {
    fileprivate func covers(_ other: AccessRule) -> Bool {
        Self.covers(hosts, other.hosts) { $0.covers($1) } && Self.covers(paths, other.paths) { $0.covers($1) }
            && Self.covers(methods, other.methods, by: ==)
            && Self.covers(networks, other.networks) { $0.prefix <= $1.prefix && $0.contains($1.address) }
    }

    /// Whether each of the others lies in one of these; no condition is one that all meet.
    private static func covers<Condition>(
        _ these: [Condition], _ others: [Condition], by covers: (Condition, Condition) -> Bool
    ) -> Bool {
        these.isEmpty || !others.isEmpty && others.allSatisfy { other in these.contains { covers($0, other) } }
    }
}

extension HostPattern {
    fileprivate func covers(_ other: HostPattern) -> Bool {
        self == other || isWildcard && matches(other.isWildcard ? "x." + other.host : other.host)
    }
}

extension PathPattern {
    fileprivate func covers(_ other: PathPattern) -> Bool { Self.covers(parts[...], other.parts[...]) }

    private static func covers(_ parts: ArraySlice<Part>, _ others: ArraySlice<Part>) -> Bool {
        guard let part = parts.first else { return others.isEmpty }
        if part == .any {
            return covers(parts.dropFirst(), others) || !others.isEmpty && covers(parts, others.dropFirst())
        }
        guard let other = others.first, other != .any, covers(part, other) else { return false }
        return covers(parts.dropFirst(), others.dropFirst())
    }

    private static func covers(_ part: Part, _ other: Part) -> Bool {
        switch (part, other) {
        case (.pieces([[], []]), _): true
        case (.pieces(let pieces), .literal(let bytes)): matches(pieces, bytes, 0, bytes.count)
        default: part == other
        }
    }
}
