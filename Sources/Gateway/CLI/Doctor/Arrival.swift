/// A request as it reached the application.
struct Arrival: Equatable, Sendable {
    /// The field by which a probe is known where it arrives; proxies forward what they do not know.
    static let nameField = "X-Doctor-Probe"

    /// The target of its request line.
    let target: String
    let fields: [Probe.Field]

    /// Reads a request's head; nil for what is none.
    init?(head: some Sequence<UInt8>) {
        let lines = Self.lines(of: head)
        guard let words = lines.first?.split(separator: " ", omittingEmptySubsequences: false), words.count == 3 else {
            return nil
        }
        target = String(words[1])
        fields = lines.dropFirst().map(Self.field)
    }

    /// Which probe it is.
    var name: String? { values(of: Self.nameField).first }

    /// All values under a name, however it is cased and with underscores for hyphens.
    func values(of name: String) -> [String] {
        fields.filter { Self.folded($0.name) == Self.folded(name) }.map(\.value)
    }

    /// What it says about who asks, and could be taken to; empty values say nothing. By name and value, sorted.
    var identity: [Probe.Field] {
        let names = Set(ForgedIdentity.names.map(Self.folded))
        return fields.filter { names.contains(Self.folded($0.name)) && !$0.value.isEmpty }
            .map { Probe.Field(Self.folded($0.name), $0.value) }
            .sorted { ($0.name, $0.value) < ($1.name, $1.value) }
    }

    /// Names that many frameworks take for the same one are spelled alike.
    static func folded(_ name: String) -> String {
        name.lowercased().split(separator: "_", omittingEmptySubsequences: false).joined(separator: "-")
    }

    /// The lines of a head, without the empty one that ends it.
    static func lines(of head: some Sequence<UInt8>) -> [String] {
        Array(head).split(separator: UInt8(ascii: "\n")).map { line in
            String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
        }.filter { !$0.isEmpty }
    }

    /// A line as a field.
    static func field(_ line: String) -> Probe.Field {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count == 2 ? parts[1] : ""
        let isSpace = { (letter: Character) in letter == " " || letter == "\t" }
        let trimmed = value.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
        return Probe.Field(String(parts[0]), String(trimmed))
    }
}
