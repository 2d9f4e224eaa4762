import NIOHTTP1

/// What a request's header section says of its end and of its connection, found in one pass over the fields.
struct RequestFraming {
    /// Whether nobody on the way can read the message's end elsewhere (RFC 9112, section 6.1): no coding but chunked,
    /// alone, once, without a length and not in HTTP/1.0; and no tunnel is asked for. The decoder is more generous.
    let isPlain: Bool
    /// Whether another request can follow on the connection (RFC 9112, section 9.3).
    let persists: Bool
    /// The length that the body is stated to have.
    let statedBodyLength: Int
    /// Whether the client holds its body back until it is told to go on (RFC 9110, section 10.1.1).
    let expectsContinue: Bool

    init(of head: HTTPRequestHead) {
        var (codings, lengths): ([String], [String]) = ([], [])
        var (options, proxyOptions, expectations): ([String], [String], [String]) = ([], [], [])
        var asksForUpgrade = false
        for (name, value) in head.headers {
            switch Field(name) {
            case .transferEncoding: codings.append(value)
            case .contentLength: lengths.append(value)
            case .connection: options += Self.members(of: value)
            case .proxyConnection: proxyOptions.append(value.lowercased())
            case .expect: expectations += Self.members(of: value)
            case .upgrade: asksForUpgrade = true
            case nil: continue
            }
        }
        let isOld = head.version == .http1_0
        let isChunked = head.version == .http1_1 && codings.count == 1 && codings[0].lowercased() == "chunked"
        isPlain = head.method != .CONNECT && (codings.isEmpty || (isChunked && lengths.isEmpty))
        // The decoder reads no further behind the old name either.
        let isClosed = options.contains("close") || proxyOptions.contains { $0.contains("close") }
        let isUpgraded = asksForUpgrade && options.contains("upgrade")
        persists = !isClosed && !isUpgraded && (!isOld || options.contains("keep-alive"))
        statedBodyLength = lengths.first.flatMap { Int($0) } ?? 0
        expectsContinue = !isOld && expectations.contains("100-continue")
    }

    /// The fields that count here. Each request is looked through for them, so their lengths are asked first.
    private enum Field: String {
        case expect, upgrade, connection
        case contentLength = "content-length"
        case proxyConnection = "proxy-connection"
        case transferEncoding = "transfer-encoding"

        init?(_ name: String) {
            let candidate: Field
            switch name.utf8.count {
            case 6: candidate = .expect
            case 7: candidate = .upgrade
            case 10: candidate = .connection
            case 14: candidate = .contentLength
            case 16: candidate = .proxyConnection
            case 17: candidate = .transferEncoding
            default: return nil
            }
            guard name.lowercased() == candidate.rawValue else { return nil }
            self = candidate
        }
    }

    /// The members of a list (RFC 9110, section 5.6.1) in small letters.
    private static func members(of value: String) -> [String] {
        value.lowercased().split(separator: ",").map { member in
            String(member.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
        }
    }

    private static func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" }
}
