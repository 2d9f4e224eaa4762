extension Settings where Value == Int {
    /// A whole number in decimal within bounds.
    public static func integer(_ range: ClosedRange<Int>) -> Self {
        let noun = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return .parsed(ScalarShape(.integer(range), noun: noun), hint: numberHint) { text in
            guard let number = Int(text), String(number) == text, range.contains(number) else { return nil }
            return number
        }
    }

    /// YAML 1.1 takes `010` for 8, `1:30` for 90 and `0x10` for 16; here each is refused, with what to write instead.
    private static func numberHint(_ text: String) -> String? {
        let digits = text.drop { $0 == "+" || $0 == "-" }
        if digits.hasPrefix("0x") { return Int(digits.dropFirst(2), radix: 16).map { ", write \($0)" } }
        if digits.hasPrefix("0o") { return Int(digits.dropFirst(2), radix: 8).map { ", write \($0)" } }
        if digits.wholeMatch(of: #/[0-9]+(:[0-9]+)+/#) != nil { return ", write it without a colon" }
        if digits.count > 1, digits.allSatisfy({ ("0"..."9").contains($0) }), digits.hasPrefix("0") {
            return ", write it without leading zeros"
        }
        if let number = Int(text.filter { $0 != "_" && $0 != "," }), String(number) != text {
            return ", write \(number)"
        }
        if let number = Double(text), let whole = Int(exactly: number), String(whole) != text {
            return ", write \(whole)"
        }
        return nil
    }
}
