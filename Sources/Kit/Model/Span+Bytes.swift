extension Span where Element == UInt8 {
    /// Whether these bytes stand from a place on, which the span must reach beyond.
    package func matches(_ bytes: [UInt8], at start: Int = 0) -> Bool {
        for index in bytes.indices where self[start + index] != bytes[index] { return false }
        return true
    }
}
