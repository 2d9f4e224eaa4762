/// One key of an object: its name, what it holds, whether it may be left out, and its sentence.
public struct Field<Value: Sendable>: Sendable {
    let shape: FieldShape
    private let settings: Settings<Value>
    /// What stands for a key that is left out; nil when it must not be, or has a default.
    private let absent: (@Sendable () -> Value)?

    /// A key that must stand in the file.
    public init(_ name: String, _ settings: Settings<Value>, required summary: String, formerly: String? = nil) {
        shape = FieldShape(
            name: name, summary: summary, shape: settings.shape, presence: .required, formerName: formerly)
        self.settings = settings
        absent = nil
    }

    /// A key with a default, which is read as if it stood in the file.
    public init(
        _ name: String, _ settings: Settings<Value>, default literal: ConfigLiteral, _ summary: String,
        formerly: String? = nil
    ) {
        shape = FieldShape(
            name: name, summary: summary, shape: settings.shape, presence: .standard(literal), formerName: formerly,
            readDefault: { reading in _ = settings.read(literal.node(), in: &reading) })
        self.settings = settings
        absent = nil
    }

    /// A key that may be left out, and is nil then.
    public init<Wrapped>(
        _ name: String, optional settings: Settings<Wrapped>, _ summary: String, formerly: String? = nil
    ) where Value == Wrapped? {
        shape = FieldShape(
            name: name, summary: summary, shape: settings.shape, presence: .optional, formerName: formerly)
        self.settings = settings.map { Optional($0) }
        absent = { nil }
    }

    /// Reads the key out of an object's node. One of the keys `meant` by an unknown one is not reported as missing too.
    func read(from object: ConfigNode, meant: Set<String>, in reading: inout ConfigReading) -> Value? {
        if let entry = entry(in: object, &reading) {
            if case .empty = entry.value.content, let absent { return absent() }
            return reading.descend(entry.key, at: entry.position) { settings.read(entry.value, in: &$0) }
        }
        let section = reading.sectionPosition(or: object.position)
        switch shape.presence {
        case .standard(let literal):
            return reading.descend(shape.name) { settings.read(literal.node(at: section), in: &$0) }
        case .optional:
            return absent?()
        case .required where meant.contains(shape.name):
            reading.passBroken()
            return nil
        case .required:
            reading.report("missing key '\(shape.name)'", at: section)
            return nil
        }
    }

    private func entry(in object: ConfigNode, _ reading: inout ConfigReading) -> ConfigEntry? {
        let entry = object.entry(shape.name)
        guard let former = shape.formerName, let old = object.entry(former) else { return entry }
        if entry != nil {
            reading.report("'\(former)' is the former name of '\(shape.name)', which is given too", at: old.position)
            return entry
        }
        reading.warn("'\(former)' is now called '\(shape.name)'", at: old.position)
        return old
    }
}
