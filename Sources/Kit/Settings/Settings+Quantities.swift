extension Settings where Value == Duration {
    /// A duration such as `90s`, `10m`, `12h`, `30d` or `500ms`, within bounds.
    public static func duration(_ range: ClosedRange<Duration>) -> Self {
        let noun =
            "a duration from \(spelled(range.lowerBound)) to \(spelled(range.upperBound)), such as 90s, 10m, 12h or 30d"
        let shape = ScalarShape(.quantity(pattern: "^(0|[1-9][0-9]*)(ms|s|m|h|d)$"), noun: noun)
        return .parsed(shape, hint: unitHint("s, m, h or d")) { text in
            parseDuration(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension Settings where Value == Int {
    /// A size in bytes such as `64KiB`, `19MiB` or `1GiB`, within bounds.
    public static func bytes(_ range: ClosedRange<Int>) -> Self {
        let noun =
            "a size from \(spelledBytes(range.lowerBound)) to \(spelledBytes(range.upperBound)), such as 64KiB or 19MiB"
        let shape = ScalarShape(.quantity(pattern: "^(0|[1-9][0-9]*)(B|KiB|MiB|GiB)$"), noun: noun)
        return .parsed(shape, hint: unitHint("B, KiB, MiB or GiB")) { text in
            parseBytes(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

/// The duration that a text such as `10m` states; nil for any other spelling, and for one too great to count.
package func parseDuration(_ text: String) -> Duration? {
    guard let (number, unit) = splitQuantity(text) else { return nil }
    let milliseconds: [Substring: Int64] = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
    guard let factor = milliseconds[unit] else { return nil }
    let (product, overflow) = Int64(number).multipliedReportingOverflow(by: factor)
    return overflow ? nil : .milliseconds(product)
}

/// The bytes that a text such as `64KiB` states; nil for any other spelling, and for a number too great to count.
package func parseBytes(_ text: String) -> Int? {
    guard let (number, unit) = splitQuantity(text) else { return nil }
    guard let factor = (["B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30] as [Substring: Int])[unit] else {
        return nil
    }
    let (product, overflow) = number.multipliedReportingOverflow(by: factor)
    return overflow ? nil : product
}

private func splitQuantity(_ text: String) -> (Int, Substring)? {
    let digits = text.prefix { ("0"..."9").contains($0) }
    guard let number = Int(digits), String(number) == digits else { return nil }
    return (number, text.dropFirst(digits.count))
}

private func unitHint(_ units: String) -> @Sendable (String) -> String? {
    { text in Int(text) == nil ? nil : ", a number needs its unit, \(units)" }
}

/// A duration in the greatest unit that states it exactly, as it would stand in the file.
package func spelled(_ duration: Duration) -> String {
    let milliseconds = duration.wholeMilliseconds
    for (factor, unit) in [(86_400_000 as Int64, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")]
    where milliseconds != 0 && milliseconds % factor == 0 {
        return "\(milliseconds / factor)\(unit)"
    }
    return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
}

/// A size in the greatest unit that states it exactly, as it would stand in the file.
package func spelledBytes(_ bytes: Int) -> String {
    for (factor, unit) in [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] where bytes != 0 && bytes % factor == 0
    {
        return "\(bytes / factor)\(unit)"
    }
    return "\(bytes)B"
}
