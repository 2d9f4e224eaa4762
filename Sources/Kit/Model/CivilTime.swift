/// A moment as the Gregorian calendar and a clock at UTC show it.
package struct CivilTime: Hashable, Sendable {
    /// The year.
    package let year: Int64
    /// The month, from 1.
    package let month: Int64
    /// The day of the month, from 1.
    package let day: Int64
    /// The day of the week, from 0, a Sunday.
    package let weekday: Int64
    /// The hour, from 0.
    package let hour: Int64
    /// The minute.
    package let minute: Int64
    /// The second.
    package let second: Int64

    /// Reads calendar and clock, by Howard Hinnant's `civil_from_days` (chrono-compatible low-level date algorithms):
    /// years are counted from March, so that the leap day comes last.
    package init(_ moment: Timestamp) {
        let days = moment.seconds.dividedRoundingDown(by: 86_400)
        let secondOfDay = moment.seconds - days * 86_400
        let shifted = days + 719_468
        let era = shifted.dividedRoundingDown(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        weekday = (days % 7 + 7 + 4) % 7
        (hour, minute, second) = (secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60)
    }
}

extension Timestamp {
    /// The moment in UTC as RFC 3339 writes it, with milliseconds: `2026-01-02T03:04:05.678Z`.
    public var iso8601: String {
        // One string that grows: every line of the log begins with this.
        var text = ""
        text.reserveCapacity(24)
        func append(_ value: Int64, _ width: Int, _ mark: String) {
            let digits = String(value)
            for _ in 0..<max(0, width - digits.utf8.count) { text += "0" }
            text += digits
            text += mark
        }
        let civil = CivilTime(self)
        append(civil.year, 4, "-")
        append(civil.month, 2, "-")
        append(civil.day, 2, "T")
        append(civil.hour, 2, ":")
        append(civil.minute, 2, ":")
        append(civil.second, 2, ".")
        append(milliseconds - seconds * 1000, 3, "Z")
        return text
    }
}

extension Timestamp {
    /// Reads a moment as RFC 3339 writes it (section 5.6), at UTC or with an offset from it; nil for any other text, a
    /// day that the calendar does not have, and a leap second. What is finer than a millisecond is dropped.
    public init?(iso8601 text: String) {
        var rest = MomentReader(rest: Array(text.utf8)[...])
        guard let year = rest.number(4), rest.take("-") != nil, let month = rest.number(2), rest.take("-") != nil,
            let dayOfMonth = rest.number(2), rest.take("Tt") != nil, let hour = rest.number(2), rest.take(":") != nil,
            let minute = rest.number(2), rest.take(":") != nil, let second = rest.number(2),
            let thousandths = rest.thousandths(), let offset = rest.offset(), rest.isAtEnd,
            hour < 24, minute < 60, second < 60, (1...12).contains(month)
        else { return nil }
        let midnight = Timestamp(seconds: CivilTime.days(to: year, month, dayOfMonth) * 86_400)
        let civil = CivilTime(midnight)
        guard (civil.year, civil.month, civil.day) == (year, month, dayOfMonth) else { return nil }
        milliseconds = midnight.milliseconds + (hour * 3600 + minute * 60 + second - offset) * 1000 + thousandths
    }
}

/// Takes a moment's text apart from its front. A regular expression, which is parsed again for each text, took most of
/// the time that an import takes.
private struct MomentReader {
    var rest: ArraySlice<UInt8>

    var isAtEnd: Bool { rest.isEmpty }

    /// So many digits as a number.
    mutating func number(_ count: Int) -> Int64? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy(Self.digits.contains) else { return nil }
        rest = rest.dropFirst(count)
        return digits.reduce(0) { $0 * 10 + Int64($1 - Self.digits.lowerBound) }
    }

    /// The next byte, when it is one of these.
    mutating func take(_ bytes: String) -> UInt8? {
        guard let next = rest.first, bytes.utf8.contains(next) else { return nil }
        rest = rest.dropFirst()
        return next
    }

    /// A fraction of one to nine digits, to the millisecond; 0 where there is none.
    mutating func thousandths() -> Int64? {
        guard take(".") != nil else { return 0 }
        let digits = rest.prefix(while: Self.digits.contains)
        guard (1...9).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        let padded = digits.prefix(3) + Array(repeating: Self.digits.lowerBound, count: max(0, 3 - digits.count))
        return padded.reduce(0) { $0 * 10 + Int64($1 - Self.digits.lowerBound) }
    }

    /// The seconds by which the clock is ahead of UTC.
    mutating func offset() -> Int64? {
        guard let sign = take("Zz+-") else { return nil }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return 0 }
        guard let hour = number(2), hour < 24, take(":") != nil, let minute = number(2), minute < 60 else { return nil }
        return (hour * 60 + minute) * (sign == UInt8(ascii: "-") ? -60 : 60)
    }

    private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
}

extension CivilTime {
    /// How many days lie between the epoch and a day; the inverse of ``init(_:)``, by the same author.
    fileprivate static func days(to year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.dividedRoundingDown(by: 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

extension Int64 {
    fileprivate func dividedRoundingDown(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
