/// A found scalar for a problem's message: quoted when it is the file's own text; a value of `${env:..}` or
/// `${file:..}` is only named, since it is often a secret.
func found(_ scalar: ConfigScalar) -> String {
    switch scalar.origin {
    case .written, .standard: quoted(scalar.text)
    case .environment(let name): "the value of ${env:\(name)}"
    case .file(let path): "the value of ${file:\(path)}"
    }
}

/// What stands in the place of ``found(_:)`` where the file may hold a secret.
func foundDiscreetly(_ scalar: ConfigScalar) -> String {
    scalar.isOfTheFile ? "a value that is not shown" : found(scalar)
}

/// A found text for a problem's message: in quotes, controls escaped, what looks like a secret left out, cut to 60
/// characters.
package func quoted(_ text: String) -> String {
    let shown = withoutSecrets(text).unicodeScalars
    let cut = shown.prefix(60).map {
        $0.properties.generalCategory == .control ? "\\u{\(String($0.value, radix: 16))}" : String($0)
    }
    return "'" + cut.joined() + (shown.count > 60 ? "…'" : "'")
}

/// A text without a URL's password, and without what stands behind a word such as `password` that begins it.
package func withoutSecrets(_ text: String) -> String {
    let word = text.prefix { $0.isLetter || $0.isNumber || ["_", "-", "."].contains($0) }
    let rest = text[word.endIndex...]
    guard let mark = rest.first, mark == ":" || mark == "=" || mark.isWhitespace, rest.count > 1,
        SecretWords.resemble(word)
    else { return withoutUserPassword(text) }
    return word + rest.prefix(1) + (mark == ":" ? " …" : "…")
}

/// A text in which the password of `scheme://user:password@host`, and what stands behind `password=` and its like, are
/// replaced.
package func withoutUserPassword(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "=")) || text.utf8.contains(UInt8(ascii: "@")) else { return text }
    let text = text.replacing(#/((?i)(?:passw|secret|token|key)[a-z_]*=)[^&\s{][^&\s]*/#) { "\($0.1)<secret>" }
    guard let scheme = text.firstRange(of: "://") else { return text }
    let rest = text[scheme.upperBound...]
    guard let at = rest.lastIndex(of: "@"), let colon = rest[..<at].firstIndex(of: ":") else { return text }
    return text[...colon] + "<secret>" + text[at...]
}

extension ConfigNode.Content {
    /// What people call this kind of node.
    var noun: String {
        switch self {
        case .empty: "nothing"
        case .scalar(let scalar): scalar.text.isEmpty ? "an empty text" : "a single value"
        case .list: "a list"
        case .map: "a map"
        case .broken: "something that cannot be read"
        }
    }
}

/// The scalar of a node, or nil with a problem that says what was expected.
func scalar(_ node: ConfigNode, _ noun: String, _ reading: inout ConfigReading) -> ConfigScalar? {
    if case .scalar(let scalar) = node.content { return scalar }
    reading.report("expected \(noun), found \(node.content.noun)", at: node.position)
    return nil
}
