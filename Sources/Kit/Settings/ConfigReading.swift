/// One pass over a configuration: where it stands, what it knows, and every problem it has met.
public struct ConfigReading: Sendable {
    /// The modules that `use:` can name.
    public let registry: ModuleRegistry
    /// Every problem met so far, in the order of meeting.
    public private(set) var problems: [ConfigProblem] = []
    /// How often something could not be read: the errors among the problems, and what was reported before this pass.
    public private(set) var errorCount = 0
    private var steps: [Step] = []

    private struct Step: Sendable {
        let name: String
        let position: ConfigPosition?
    }

    /// Begins a pass that knows these modules.
    public init(registry: ModuleRegistry = ModuleRegistry(modules: [])) { self.registry = registry }

    /// Notes an error at a node, under the path where the pass stands. A message that repeats what the file says has a
    /// second form that does not, for places that may hold a secret.
    public mutating func report(
        _ message: String, at position: ConfigPosition, discreetly discreetMessage: String? = nil
    ) {
        problems.append(
            ConfigProblem(.error, at: position, path: pathText, message, discreetly: discreetMessage))
        errorCount += 1
    }

    /// Notes a warning at a node, under the path where the pass stands.
    public mutating func warn(_ message: String, at position: ConfigPosition) {
        problems.append(ConfigProblem(.warning, at: position, path: pathText, message))
    }

    /// Notes that something could not be read because of what was reported before this pass.
    public mutating func passBroken() { errorCount += 1 }

    /// Reads something one step further down, `mail` or `[2]`. `position` is where the file begins it, such as its key.
    public mutating func descend<Result>(
        _ step: String, at position: ConfigPosition? = nil, _ body: (inout ConfigReading) -> Result
    ) -> Result {
        steps.append(Step(name: step, position: position))
        defer { steps.removeLast() }
        return body(&self)
    }

    /// Where a problem of the section belongs that is about what the section lacks: the section's key or list item, or
    /// the position given here when the pass stands at none.
    func sectionPosition(or position: ConfigPosition) -> ConfigPosition {
        steps.last { $0.position != nil }?.position ?? position
    }

    private var pathText: String {
        steps.reduce(into: "") { text, step in
            let name = withoutSecrets(step.name)
            text += text.isEmpty || name.hasPrefix("[") ? name : "." + name
        }
    }
}
