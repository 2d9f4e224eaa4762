import GatewayKit

/// Reads the text of a configuration file into nodes that know where they stand and where their text came from.
///
/// `TextCheck` settles bytes and characters, `YAMLTree` has Yams build a tree, `SyntaxProblem` says in our words what
/// it refused, `NodeConverter` turns the tree into nodes within a budget, `Interpolation` fills in `${env:..}` and
/// `${file:..}` from `ConfigInputs`. The result is a `ConfigDocument` over a `ConfigSource`; `Diagnostics` shows its
/// problems with the lines that `SecretMask` lets through.
public struct YAMLReader: Sendable {
    /// How much a file may hold, so that a small one cannot grow into a large one by its aliases.
    public struct Limits: Sendable {
        /// The file's size in bytes.
        public var bytes = 1 << 20
        /// The values in it, each counted as often as an alias repeats it.
        public var values = 10_000
        /// How deep they may lie in one another.
        public var depth = 32

        /// The usual limits.
        public init() {}
    }

    private let inputs: ConfigInputs
    private let limits: Limits

    /// Reads with this environment and these files; nothing else of the machine is looked at.
    public init(inputs: ConfigInputs, limits: Limits = Limits()) {
        self.inputs = inputs
        self.limits = limits
    }

    /// Reads a file's bytes; `file` is the name that the operator gave, in whose folder relative `${file:..}` begin.
    public func read(_ bytes: [UInt8], file: String) -> ConfigDocument {
        let source = ConfigSource(file: file, text: String(decoding: bytes.prefix(limits.bytes), as: UTF8.self))
        do throws(UnusableText) {
            let text = try TextCheck(file: file, limit: limits.bytes).text(of: bytes)
            let tree = try YAMLTree(text: text, source: source)
            var converter = NodeConverter(
                source: source, limits: limits, originalKeys: tree.originalKeys,
                interpolation: Interpolation(inputs: inputs, file: file))
            let node = try converter.root(tree.root)
            return ConfigDocument(source: source, root: node, problems: converter.problems)
        } catch {
            return ConfigDocument(source: source, root: nil, problems: error.problems)
        }
    }

    /// Reads a file's text.
    public func read(_ text: String, file: String) -> ConfigDocument { read(Array(text.utf8), file: file) }
}

/// A text of which nothing can be used, and why.
struct UnusableText: Error {
    var problems: [ConfigProblem]

    init(_ problems: [ConfigProblem]) { self.problems = problems }

    init(_ message: String, at position: ConfigPosition, path: String = "") {
        problems = [ConfigProblem(at: position, path: path, message)]
    }
}
