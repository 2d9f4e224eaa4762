import GatewayKit
import GatewayYAML

/// Reading, decoding and linking a file: pure, and with every problem reported at once.
enum Decoding {
    /// What came of it: the settings, unless there is an error, and all problems as a person reads them.
    struct Outcome: Sendable {
        var settings: GatewaySettings?
        var node: ConfigNode
        var problems: [ConfigProblem]
        var diagnostics: String
    }

    static func decode(_ file: ConfigurationFile, host: Host) -> Outcome {
        let environment = host.environment
        let inputs = ConfigInputs(environment: { environment[$0] }, readFile: ConfigInputs.systemFile)
        let document = YAMLReader(inputs: inputs).read(file.bytes, file: file.path)
        let (settings, problems) = document.decode(GatewaySettings.settings, registry: host.registry)
        let linked = settings.map { Linking.problems(of: $0, in: document.root) } ?? []
        let all = (problems + linked).inOrderOfFile
        let names = SecretNames(root: GatewaySettings.root, registry: host.registry)
        let source = ConfigSource(file: file.name, text: String(decoding: file.bytes, as: UTF8.self))
        let text = Diagnostics(source: source, names: names).text(for: all)
        return Outcome(
            settings: all.contains { $0.severity == .error } ? nil : settings,
            node: document.root ?? ConfigNode(.map([]), at: .none), problems: all, diagnostics: text)
    }
}
