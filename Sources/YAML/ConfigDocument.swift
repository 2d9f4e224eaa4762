public import GatewayKit

/// A configuration file as it was read: its lines, its nodes, and what was wrong with its text.
public struct ConfigDocument: Sendable {
    /// The file's name and lines.
    public let source: ConfigSource
    /// What it holds; nil when the text itself is broken, so that no setting could be read.
    public let root: ConfigNode?
    /// What was wrong with the text, in the order of meeting.
    public let problems: [ConfigProblem]

    /// States every part.
    public init(source: ConfigSource, root: ConfigNode?, problems: [ConfigProblem]) {
        self.source = source
        self.root = root
        self.problems = problems
    }

    /// Reads the settings: their value, unless there is any error, and all problems of the text and of the settings in
    /// the order of the file.
    public func decode<Value>(
        _ settings: Settings<Value>, registry: ModuleRegistry
    ) -> (value: Value?, problems: [ConfigProblem]) {
        var reading = ConfigReading(registry: registry)
        let value = root.flatMap { settings.read($0, in: &reading) }
        let met = (problems + reading.problems).inOrderOfFile
        let all = met.isEmpty ? [] : discreet(met, settings.shape, registry)
        return (all.contains { $0.severity == .error } ? nil : value, all)
    }

    /// The problems, those at a place that may hold a secret without the file's own words.
    private func discreet(
        _ problems: [ConfigProblem], _ shape: SettingShape, _ registry: ModuleRegistry
    ) -> [ConfigProblem] {
        let names = shape.object.map { SecretNames(root: $0, registry: registry) } ?? SecretNames()
        let mask = SecretMask(lines: source.scalars, names: names)
        return problems.map { problem in
            var problem = problem
            if let discreet = problem.discreetMessage, mask.hides(problem) { problem.message = discreet }
            problem.discreetMessage = nil
            return problem
        }
    }
}
