extension Settings where Value == RateLimit {
    /// An allowance such as `10 per 15m`: 1 to 1,000,000 in a second up to 30 days.
    public static var rateLimit: Self {
        let pattern = "^[1-9][0-9]{0,6} per [1-9][0-9]*(ms|s|m|h|d)$"
        let shape = ScalarShape(.quantity(pattern: pattern), noun: "an allowance such as 10 per 15m")
        return .parsed(shape) { text in
            let words = text.split(separator: " ", omittingEmptySubsequences: false)
            guard words.count == 3, words[1] == "per", let count = Int(words[0]), String(count) == words[0],
                (1...1_000_000).contains(count), let period = parseDuration(String(words[2])),
                (.seconds(1) ... .seconds(30 * 86_400)).contains(period)
            else { return nil }
            return RateLimit(count: count, per: period)
        }
    }
}
