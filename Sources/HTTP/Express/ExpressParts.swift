import CoreMetrics
import GatewayKit
import HTTPTypes
import NIOCore
import Synchronization

/// The methods that the lane takes.
enum ExpressMethod: Int, CaseIterable {
    case get, head, post, put, patch, delete, options

    init?(_ text: Span<UInt8>) {
        for method in Self.allCases {
            let name = Self.names[method.rawValue]
            guard name.count == text.count, text.matches(name) else { continue }
            self = method
            return
        }
        return nil
    }

    var name: HTTPRequest.Method { Self.methods[rawValue] }

    private static let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]
    private static let names = methods.map { Array($0.rawValue.utf8) }
}

/// Counts the lane's answers on the route's own meters, each found once.
struct ExpressMeters: Sendable {
    private let counters: [Counter]
    private let meters: RouteMeters
    private let answers: Counter

    init(_ meters: RouteMeters) {
        self.meters = meters
        answers = meters.expressAnswers
        counters = ExpressMethod.allCases.map { meters.counter(of: $0.name, .ok) }
    }

    func count(_ method: ExpressMethod, took: Duration) {
        answers.increment()
        counters[method.rawValue].increment()
        meters.duration.record(took)
    }
}

/// Ids of requests that are each given once: random to begin with, and counted from there, which costs nothing.
final class ExpressIdentifiers: Sendable {
    private let prefix: [UInt8]
    private let count = Atomic<UInt64>(0)

    init(random: any RandomSource) { prefix = Array(random.identifier().utf8.prefix(13)) }

    /// Writes the id of the first of some numbers, which are used up one by one, and taken by the hundreds.
    func write(to buffer: inout ByteBuffer, from numbers: inout Range<UInt64>) {
        if numbers.isEmpty {
            let end = count.wrappingAdd(Self.atOnce, ordering: .relaxed).newValue
            numbers = (end - Self.atOnce)..<end
        }
        let number = numbers.lowerBound
        numbers = (number + 1)..<numbers.upperBound
        buffer.writeBytes(prefix)
        buffer.writeInteger(Self.digits(of: number, 8))
        buffer.writeInteger(UInt32(truncatingIfNeeded: Self.digits(of: number >> 40, 4)))
        buffer.writeInteger(UInt8(truncatingIfNeeded: Self.digits(of: number >> 60, 1)))
    }

    /// The last few digits to the base of 32, as their letters.
    private static func digits(of number: UInt64, _ count: Int) -> UInt64 {
        var (number, letters) = (number, UInt64(0))
        for _ in 0..<count {
            let digit = number & 31
            letters =
                letters << 8 | (digit < 26 ? UInt64(UInt8(ascii: "a")) + digit : UInt64(UInt8(ascii: "2")) + digit - 26)
            number >>= 5
        }
        return letters
    }

    private static let atOnce: UInt64 = 256
}
