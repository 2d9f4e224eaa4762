import GatewayEndpoints
import GatewayKit
import GatewayMailers
import GatewayMiddleware
import GatewayProviders

@testable import Gateway
@testable import GatewayYAML

extension FuzzTarget {
    /// A configuration file: read, decoded, linked and shown, with a secret in the environment and one in a file. Every
    /// problem stands at a place of the file, what is read stays within the budget, and no secret is ever shown.
    static let settings = FuzzTarget("settings") { bytes in
        let document = YAMLReader(inputs: inputs).read(bytes, file: "config.yaml")
        if let root = document.root { claim("a file holds at most 10,000 values", holds: root.count <= 10_000) }
        let (settings, problems) = document.decode(GatewaySettings.settings, registry: registry)
        let linked = settings.map { Linking.problems(of: $0, in: document.root) } ?? []
        for problem in problems + linked { check(problem, in: document.source) }
        claim(
            "a file has settings or a reason why not",
            holds: settings != nil || problems.contains { $0.severity == .error })
        let source = ConfigSource(file: "config.yaml", text: String(decoding: bytes, as: UTF8.self))
        let shown = Diagnostics(source: source, names: names).text(for: problems + linked)
        claim("no secret is shown by a diagnostic: \(shown)", holds: !shown.contains(secret))
        guard settings != nil, let root = document.root else { return }
        let effective = EffectiveConfiguration.yaml(for: root, root: GatewaySettings.root, registry: registry)
        claim("no secret is shown by the effective settings: \(effective)", holds: !effective.contains(secret))
    }

    private static func check(_ problem: ConfigProblem, in source: ConfigSource) {
        let position = problem.position
        claim("a problem says what it is", holds: !problem.message.isEmpty)
        claim("no secret is in a problem: \(problem)", holds: !problem.message.contains(secret))
        guard position.line != 0 else { return }
        // Something that is missing at the end stands behind the last line, or in the first of a file that is empty.
        let lines = 1...source.lines.count + 1
        claim("a problem's line is one of the file: \(problem)", holds: lines.contains(position.line))
        let width = source.line(position.line).count
        claim("a problem's column is one of its line: \(problem)", holds: (1...width + 1).contains(position.column))
        claim("a problem takes up some room: \(problem)", holds: position.length >= 1)
    }

    private static let secret = "Zq7canary"
    private static let inputs = ConfigInputs(
        environment: ["SECRET": secret, "EMPTY": ""], files: ["/secret": secret + "\n", "/long": secret + " and more"])
    private static let registry = ModuleRegistry(
        sets: [.providers, .mailers, .middleware], routes: GatewayEndpoints.routes)
    private static let names = SecretNames(root: GatewaySettings.root, registry: registry)
}

extension ConfigNode {
    /// How many values this is, itself among them.
    fileprivate var count: Int {
        switch content {
        case .list(let items): 1 + items.reduce(0) { $0 + $1.count }
        case .map(let entries): 1 + entries.reduce(0) { $0 + $1.value.count }
        case .empty, .scalar, .broken: 1
        }
    }
}
