/// The reference of all settings and modules in Markdown.
public enum ModuleReference {
    /// The whole document: the root, its sections, then each slot with its modules.
    public static func markdown(root: ObjectShape, registry: ModuleRegistry) -> String {
        var parts = [introduction, "## The file\n\n\(root.summary)\n\n" + table(of: root.fields.map(rootRow))]
        for field in root.fields {
            guard let section = field.shape.section else { continue }
            parts.append("## `\(field.name)`\n\n\(field.summary)\n\n" + table(of: rows(section.fields, "")))
        }
        for slot in registry.slotNames {
            let modules = registry.modules(in: slot)
            parts.append("## \(slot) modules\n\n\(modules.first?.slotSummary ?? "")")
            parts += modules.map(chapter)
        }
        return parts.joined(separator: "\n\n") + "\n"
    }

    private static let introduction = """
        # Settings and modules

        `auth-gateway modules` prints this page from the declarations that also read the file.

        Values may hold `${env:NAME}`, `${env:NAME:-default}` and `${file:/path}`; `$${` stands for `${`. Durations are
        written `90s`, `10m`, `12h` or `30d`, sizes `64KiB` or `19MiB`. A section for a module names it with `use:`; the
        other keys of the section are that module's settings, and `mail: file` stands for `mail: {use: file}`.
        """

    private static func chapter(of module: any AnyModule) -> String {
        let fields = module.shape.object?.fields ?? []
        let heading = "### `\(module.name)`\n\n\(module.summary)"
        return heading + (fields.isEmpty ? "" : "\n\n" + table(of: rows(fields, "")))
    }

    /// One line of a table: key, what it holds, default, what it does.
    private typealias Row = (key: String, holds: String, standard: String, summary: String)

    private static func table(of rows: [Row]) -> String {
        let lines = rows.map { row in
            let cells = [row.key, row.holds, row.standard, row.summary].map { $0.replacing("|", with: "\\|") }
            return "| `\(cells[0])` | \(cells[1]) | \(cells[2]) | \(cells[3]) |"
        }
        return (["| key | holds | default | what it does |", "|---|---|---|---|"] + lines).joined(separator: "\n")
    }

    private static func rootRow(_ field: FieldShape) -> Row {
        guard field.shape.section != nil else { return row(field, field.name) }
        return (field.name, "settings, see [below](#\(field.name))", standard(field), field.summary)
    }

    /// A row for each key, and behind the key of an object one for each of its own keys.
    private static func rows(_ fields: [FieldShape], _ prefix: String) -> [Row] {
        fields.flatMap { field -> [Row] in
            let key = prefix + field.name
            return [row(field, key)] + field.shape.nested.flatMap { rows($0.object.fields, key + $0.step + ".") }
        }
    }

    private static func row(_ field: FieldShape, _ key: String) -> Row {
        let former = field.formerName.map { " Formerly `\($0)`." } ?? ""
        return (key, field.shape.holds, standard(field), field.summary + former)
    }

    private static func standard(_ field: FieldShape) -> String {
        switch field.presence {
        case .required: "required"
        case .optional: "none"
        case .standard(.scalar("")): "empty"
        case .standard(.map([])) where field.shape.object != nil: "as below"
        case .standard(let literal): "`\(literal.yaml)`"
        }
    }
}

extension SettingShape {
    /// The keys of a section that deserves a chapter: of an object, or of the objects in a list.
    fileprivate var section: ObjectShape? {
        switch self {
        case .object(let object): object
        case .list(let item, _): item.object
        case .scalar, .map, .module, .either: nil
        }
    }

    /// The objects inside, and how the way to their keys goes on: `rules[].path`.
    fileprivate var nested: [(step: String, object: ObjectShape)] {
        switch self {
        case .object(let object): [("", object)]
        case .list(let item, _): item.nested.map { ("[]" + $0.step, $0.object) }
        case .map(let value): value.nested.map { (".*" + $0.step, $0.object) }
        case .either(let shapes): shapes.flatMap(\.nested)
        case .scalar, .module: []
        }
    }

    /// What the setting holds, with a link where a slot has a chapter.
    fileprivate var holds: String {
        switch self {
        case .scalar(let scalar): scalar.noun
        case .list(let item, _): "a list, each " + item.holds
        case .map(let value): "a map, each " + value.holds
        case .object: "settings"
        case .module(let slot): "a [\(slot) module](#\(slot)-modules)"
        case .either(let shapes): shapes.map(\.holds).joined(separator: ", or ")
        }
    }
}
