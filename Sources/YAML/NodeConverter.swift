import GatewayKit
import Yams

/// Turns a Yams tree into nodes, counting them, so that a few aliases of aliases cannot become millions.
struct NodeConverter {
    private let source: ConfigSource
    private let limits: YAMLReader.Limits
    private let originalKeys: [YAMLTree.Place: String]
    private var interpolation: Interpolation
    private var path: [String] = []
    private var count = 0
    /// What was met on the way.
    private(set) var problems: [ConfigProblem] = []

    init(
        source: ConfigSource, limits: YAMLReader.Limits, originalKeys: [YAMLTree.Place: String],
        interpolation: Interpolation
    ) {
        self.source = source
        self.limits = limits
        self.originalKeys = originalKeys
        self.interpolation = interpolation
    }

    /// The whole tree; a map, also for an empty file.
    mutating func root(_ root: Yams.Node?) throws(UnusableText) -> ConfigNode {
        let start = ConfigPosition(file: source.file, line: 1, column: 1)
        guard let root else { return ConfigNode(.map([]), at: start) }
        let node = try convert(root)
        switch node.content {
        case .map, .broken: return ConfigNode(node.content, at: start)
        case .empty: return ConfigNode(.map([]), at: start)
        case .scalar, .list:
            throw UnusableText(problems + [problem("expected a map of settings, such as 'server: …'", node.position)])
        }
    }

    private mutating func convert(_ node: Yams.Node) throws(UnusableText) -> ConfigNode {
        let position = position(of: node)
        count += 1
        guard count <= limits.values else {
            let message = "more than \(limits.values) values, each counted as often as an alias repeats it"
            throw UnusableText(message, at: position)
        }
        guard path.count <= limits.depth else {
            throw UnusableText("nested more than \(limits.depth) levels deep", at: position)
        }
        guard !hasForeignTag(node) else {
            report("a text that begins with '!' must stand in quotes", position)
            return ConfigNode(.broken, at: position)
        }
        switch node {
        case .scalar(let scalar): return self.scalar(scalar, at: position)
        case .sequence(let items): return ConfigNode(.list(try list(items)), at: position)
        case .mapping(let pairs): return ConfigNode(.map(try map(pairs)), at: position)
        case .alias: return ConfigNode(.broken, at: position)
        }
    }

    private mutating func list(_ items: Yams.Node.Sequence) throws(UnusableText) -> [ConfigNode] {
        var nodes: [ConfigNode] = []
        for (index, item) in items.enumerated() { nodes.append(try descend("[\(index)]", to: item)) }
        return nodes
    }

    private mutating func map(_ pairs: Yams.Node.Mapping) throws(UnusableText) -> [ConfigEntry] {
        var entries: [ConfigEntry] = []
        var places: [String: ConfigPosition] = [:]
        for (key, value) in pairs {
            guard let (name, position) = self.key(key) else { continue }
            let node = try descend(name, to: value)
            if let first = places[name] {
                let rest = "is already given at \(first.line):\(first.column)"
                report("key \(quoted(name)) \(rest)", position, discreetly: "this key \(rest)")
            } else {
                places[name] = position
                entries.append(ConfigEntry(key: name, at: position, value: node))
            }
        }
        return entries
    }

    private mutating func key(_ node: Yams.Node) -> (String, ConfigPosition)? {
        let position = position(of: node)
        guard case .scalar(let scalar) = node, !hasForeignTag(node) else {
            report("a key must be a plain text", position)
            return nil
        }
        let name = spelling(of: scalar)
        if name.isEmpty {
            report("a key must not be empty", position)
        } else if name == "<<" && scalar.style == .plain {
            report("'<<' is not supported: write the keys out", position)
        } else if name.contains("${") {
            report("a key cannot hold ${…}, only a value can", position)
        } else {
            return (name, position)
        }
        return nil
    }

    private mutating func scalar(_ scalar: Yams.Node.Scalar, at position: ConfigPosition) -> ConfigNode {
        let isPlain = scalar.style == .plain
        if isPlain, ["", "~", "null", "Null", "NULL"].contains(scalar.string) {
            return ConfigNode(.empty, at: position)
        }
        do throws(Interpolation.Refusal) {
            let (text, origin) = try interpolation.fill(scalar.string)
            return ConfigNode(.scalar(ConfigScalar(text, isQuoted: !isPlain, origin: origin)), at: position)
        } catch {
            report(error.message, position)
            return ConfigNode(.broken, at: position)
        }
    }

    private mutating func descend(_ step: String, to node: Yams.Node) throws(UnusableText) -> ConfigNode {
        path.append(step)
        defer { path.removeLast() }
        return try convert(node)
    }

    private func hasForeignTag(_ node: Yams.Node) -> Bool {
        let tag: Tag
        switch node {
        case .scalar(let scalar): tag = scalar.tag
        case .sequence(let items): tag = items.tag
        case .mapping(let pairs): tag = pairs.tag
        case .alias: return false
        }
        let own: [Tag.Name] = [.implicit, .nonSpecific, .str, .seq, .map]
        return !own.contains { $0.rawValue == tag.rawValue }
    }

    private func position(of node: Yams.Node) -> ConfigPosition {
        guard let mark = node.mark else { return ConfigPosition(file: source.file, line: 1, column: 1) }
        let length = SourceExtent(source.line(mark.line), column: mark.column).length(of: node, spelled: spelling)
        return ConfigPosition(file: source.file, line: mark.line, column: mark.column, length: length)
    }

    /// The scalar's text as it stands in the file.
    private func spelling(of scalar: Yams.Node.Scalar) -> String {
        scalar.mark.flatMap { originalKeys[YAMLTree.Place($0)] } ?? scalar.string
    }

    private mutating func report(_ message: String, _ position: ConfigPosition, discreetly: String? = nil) {
        problems.append(problem(message, position, discreetly))
    }

    private func problem(
        _ message: String, _ position: ConfigPosition, _ discreetly: String? = nil
    ) -> ConfigProblem {
        let text = path.map(withoutSecrets).reduce(into: "") { $0 += $0.isEmpty || $1.hasPrefix("[") ? $1 : "." + $1 }
        return ConfigProblem(at: position, path: text, message, discreetly: discreetly)
    }
}
