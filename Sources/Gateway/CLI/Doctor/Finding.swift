import GatewayKit

/// One line of the report with what belongs to it.
struct Finding: Equatable, Sendable {
    enum Mark: String, Sendable {
        case ok
        case leak = "LEAK"
        case warning
        case cannotTell = "cannot tell"
    }

    let mark: Mark
    let text: String
    /// Lines that are printed as they are, such as a request.
    var request: [String] = []
    /// Sentences behind them.
    var remarks: [String] = []
    /// Whether the examination is no success for it.
    var isFailure: Bool

    init(
        _ mark: Mark, _ text: String, request: [String] = [], remarks: [String] = [], isFailure: Bool? = nil
    ) {
        (self.mark, self.text, self.request, self.remarks) = (mark, text, request, remarks)
        self.isFailure = isFailure ?? (mark == .leak)
    }

    /// What is printed. What came over the network moves no cursor, and a secret that came back is not shown.
    func text(hiding secrets: [String]) -> String {
        let indent = String(repeating: " ", count: Self.margin)
        let mark = mark.rawValue + String(repeating: " ", count: Self.margin - mark.rawValue.count)
        var lines = Self.wrapped(text)
        lines += request.map { "  " + $0 }
        lines += remarks.flatMap(Self.wrapped)
        var whole = ""
        for (number, line) in lines.enumerated() { whole += (number == 0 ? mark : "\n" + indent) + line }
        for secret in secrets where !secret.isEmpty { whole = whole.replacing(secret, with: "<token>") }
        return String(String.UnicodeScalarView(whole.unicodeScalars.map { Self.isPlain($0) ? $0 : "?" }))
    }

    private static let margin = 13
    private static let width = 87

    private static func isPlain(_ scalar: UnicodeScalar) -> Bool {
        scalar == "\n" || (0x20..<0x7f).contains(scalar.value)
    }

    private static func wrapped(_ text: String) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            let line = lines[lines.count - 1]
            if line.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if line.count + 1 + word.count <= width {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
