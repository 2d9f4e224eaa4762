import GatewayKit

/// A moment as mail headers state it (RFC 5322, section 3.3), in UTC: `Sat, 16 Jan 2027 08:00:00 +0000`.
struct MailDate: CustomStringConvertible {
    let description: String

    init(_ moment: Timestamp) {
        let civil = CivilTime(moment)
        let (weekday, month) = (Self.weekdays[Int(civil.weekday)], Self.months[Int(civil.month) - 1])
        let clock = [civil.hour, civil.minute, civil.second].map(Self.twoDigits).joined(separator: ":")
        description = "\(weekday), \(civil.day) \(month) \(civil.year) \(clock) +0000"
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
