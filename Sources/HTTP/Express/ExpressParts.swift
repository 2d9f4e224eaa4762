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

    func write(to buffer: inout ByteBuffer) {
        buffer.writeBytes(prefix)
        var number = count.wrappingAdd(1, ordering: .relaxed).newValue
        for _ in 0..<13 {
            buffer.writeInteger(Self.digits[Int(number & 31)])
            number >>= 5
        }
    }

    private static let digits = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
}
