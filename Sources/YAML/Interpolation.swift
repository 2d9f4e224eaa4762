import GatewayKit

/// Fills `${env:NAME}`, `${env:NAME:-default}` and `${file:/path}` into scalars; `$${` stands for `${`. What is filled
/// in is never parsed again.
struct Interpolation {
    /// Why a scalar cannot be filled in; it names variables and paths, never contents.
    struct Refusal: Error {
        let message: String
    }

    private static let fileLimit = 64 << 10
    private let inputs: ConfigInputs
    private let folder: String
    private var files: [String: String] = [:]

    init(inputs: ConfigInputs, file: String) {
        self.inputs = inputs
        folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
    }

    /// The text with everything filled in, and where it came from: from the first of the forms in it.
    mutating func fill(_ text: String) throws(Refusal) -> (String, ConfigScalar.Origin) {
        var filled = ""
        var origin = ConfigScalar.Origin.written
        var rest = text[...]
        while let dollar = rest.firstRange(of: "${") {
            let before = rest[..<dollar.lowerBound]
            if before.hasSuffix("$") {
                filled += before.dropLast() + "${"
                rest = rest[dollar.upperBound...]
                continue
            }
            guard let end = rest[dollar.upperBound...].firstIndex(of: "}") else { throw Self.malformed }
            let (value, source) = try value(of: rest[dollar.upperBound..<end])
            filled += before + value
            if origin == .written { origin = source }
            rest = rest[rest.index(after: end)...]
        }
        return (filled + rest, origin)
    }

    private mutating func value(of form: Substring) throws(Refusal) -> (String, ConfigScalar.Origin) {
        if form.hasPrefix("env:") { return try variable(form.dropFirst(4)) }
        if form.hasPrefix("file:"), form.count > 5 { return try file(String(form.dropFirst(5))) }
        throw Self.malformed
    }

    private func variable(_ form: Substring) throws(Refusal) -> (String, ConfigScalar.Origin) {
        let name = form.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        let tail = form[name.endIndex...]
        guard let first = name.first, !first.isNumber, tail.isEmpty || tail.hasPrefix(":-") else {
            throw Self.malformed
        }
        guard !tail.contains("${") else {
            throw Refusal(message: "a default cannot hold ${…}, which cannot be nested")
        }
        let origin = ConfigScalar.Origin.environment(name: String(name))
        let value = inputs.environment(String(name))
        if let value, tail.isEmpty || !value.isEmpty { return (value, origin) }
        guard !tail.isEmpty else { throw Refusal(message: "the environment variable \(name) is not set") }
        return (String(tail.dropFirst(2)), origin)
    }

    private mutating func file(_ named: String) throws(Refusal) -> (String, ConfigScalar.Origin) {
        let origin = ConfigScalar.Origin.file(path: named)
        if let known = files[named] { return (known, origin) }
        let bytes: [UInt8]
        do throws(ConfigInputs.FileRefusal) {
            bytes = try inputs.readFile(named.hasPrefix("/") ? named : folder + named, Self.fileLimit)
        } catch {
            switch error {
            case .unreadable(let why): throw Refusal(message: "the file \(quoted(named)) cannot be read: \(why)")
            case .tooLong:
                throw Refusal(message: "the file \(quoted(named)) is larger than \(spelledBytes(Self.fileLimit))")
            }
        }
        guard var text = String(validating: bytes, as: UTF8.self) else {
            throw Refusal(message: "the file \(quoted(named)) is not UTF-8")
        }
        // "\r\n" is one character to Swift, so this drops either form of a newline.
        if text.hasSuffix("\n") || text.hasSuffix("\r\n") { text.removeLast() }
        files[named] = text
        return (text, origin)
    }

    private static let malformed = Refusal(
        message: "expected ${env:NAME}, ${env:NAME:-default} or ${file:/path}; write $${ for a plain ${")
}
