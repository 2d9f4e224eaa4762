import Foundation

/// Key sets and tokens that another program has made (PyJWT, which says so in the file): one key and one token for each
/// algorithm, good until 2100.
struct Minted: Decodable {
    struct Keys: Codable {
        var keys: [[String: String]]

        var text: String {
            get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
        }
    }

    let jwks: Keys
    let secrets: Keys
    let tokens: [String: String]

    static func read() throws -> Self {
        let text = try Project.text(of: "Tests/EndToEndTests/Issuers/minted.json")
        return try JSONDecoder().decode(Self.self, from: Data(text.utf8))
    }

    /// The tokens of the algorithms whose keys are public, or of the others.
    func tokens(symmetric: Bool) -> [String] {
        tokens.sorted { $0.key < $1.key }.filter { $0.key.hasPrefix("HS") == symmetric }.map(\.value)
    }
}
