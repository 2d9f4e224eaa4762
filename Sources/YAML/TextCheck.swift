import GatewayKit

/// Turns bytes into a text that a YAML parser can take, or says where they are none.
struct TextCheck {
    let file: String
    let limit: Int

    func text(of bytes: [UInt8]) throws(UnusableText) -> String {
        guard bytes.count <= limit else {
            throw UnusableText("the file is larger than \(spelledBytes(limit))", at: place(1, 1))
        }
        var text = String.UnicodeScalarView()
        var problems: [ConfigProblem] = []
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var (line, column, isBehindReturn) = (1, 1, false)
        loop: while problems.count < 10 {
            let scalar: Unicode.Scalar
            switch parser.parseScalar(from: &iterator) {
            case .emptyInput: break loop
            case .error:
                problems.append(problem("this is not UTF-8", line, column))
                column += 1
                isBehindReturn = false
                continue
            case .valid(let encoded): scalar = Unicode.UTF8.decode(encoded)
            }
            if scalar == "\u{FEFF}", text.isEmpty, column == 1 { continue }
            if !Self.isAllowed(scalar) {
                let code = String(scalar.value, radix: 16, uppercase: true)
                let name = "U+" + String(repeating: "0", count: max(0, 4 - code.count)) + code
                problems.append(problem("the character \(name) is not allowed here", line, column))
            }
            text.append(scalar)
            let isBreak = Self.isBreak(scalar)
            if isBreak && !(isBehindReturn && scalar == "\n") { (line, column) = (line + 1, 1) }
            if !isBreak { column += 1 }
            isBehindReturn = scalar == "\r"
        }
        guard problems.isEmpty else { throw UnusableText(problems) }
        return String(text)
    }

    /// YAML 1.1, section 5.1: printable characters.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD,
            0x10000...0x10FFFF:
            true
        default: false
        }
    }

    private static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": true
        default: false
        }
    }

    private func problem(_ message: String, _ line: Int, _ column: Int) -> ConfigProblem {
        ConfigProblem(at: place(line, column), path: "", message)
    }

    private func place(_ line: Int, _ column: Int) -> ConfigPosition {
        ConfigPosition(file: file, line: line, column: column)
    }
}
