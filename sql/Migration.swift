import Crypto

/// One script that takes a schema from a version to the next.
public struct Migration: Sendable {
    /// The version that the schema has afterwards, from 1.
    public let version: Int
    /// The script's topic.
    public let name: String
    /// The statements.
    public let text: String
    /// The SHA-256 of the text in lower-case hexadecimal; what was applied is recognised by it.
    public let checksum: String

    /// States a script by the bytes of its file.
    public init(_ version: Int, _ name: String, _ bytes: [UInt8]) {
        self.version = version
        self.name = name
        text = String(decoding: bytes, as: UTF8.self)
        let digits = Array("0123456789abcdef".utf8)
        checksum = String(
            decoding: SHA256.hash(data: bytes).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
